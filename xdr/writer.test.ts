import { describe, expect, test } from 'vitest';
import { XdrLimitError } from './failure.ts';
import { nestingDepthMax, referencedOpaqueBytesMin } from './limits.ts';
import { XdrWriter } from './writer.ts';

const written = (write: (writer: XdrWriter) => void, expectedBytes?: number): string => {
  const writer = new XdrWriter(expectedBytes);
  write(writer);
  const bytes = Buffer.concat(writer.finish());
  expect(writer.lengthBytes).toBe(bytes.length);
  return bytes.toString('hex');
};

describe('RFC 4506 §4: values', () => {
  test.each([
    ['§4.1 int', (writer: XdrWriter) => writer.int(-2), 'fffffffe'],
    ['§4.2 unsigned int', (writer: XdrWriter) => writer.unsignedInt(4_294_967_295), 'ffffffff'],
    ['§4.4 bool', (writer: XdrWriter) => writer.bool(true), '00000001'],
    ['§4.5 hyper', (writer: XdrWriter) => writer.hyper(-1n), 'ffffffffffffffff'],
    ['§4.5 unsigned hyper', (writer: XdrWriter) => writer.unsignedHyper(1n), '0000000000000001'],
    ['§4.6 float', (writer: XdrWriter) => writer.float(1.5), '3fc00000'],
    ['§4.7 double', (writer: XdrWriter) => writer.double(-2.5), 'c004000000000000'],
    [
      '§4.9 fixed opaque',
      (writer: XdrWriter) => writer.opaqueFixed(Buffer.from('abc'), 3),
      '61626300',
    ],
    [
      '§4.10 opaque',
      (writer: XdrWriter) => writer.opaqueVariable(Buffer.from('abcde'), 5),
      '000000056162636465000000',
    ],
    ['§4.11 string as text', (writer: XdrWriter) => writer.stringUtf8('€', 3), '00000003e282ac00'],
    [
      '§4.11 string as bytes',
      (writer: XdrWriter) => writer.stringBytes('\u00e2\u0000', 2),
      '00000002e2000000',
    ],
    ['§4.13 length', (writer: XdrWriter) => writer.arrayLength(2, 2), '00000002'],
    ['XDR from elsewhere', (writer: XdrWriter) => writer.raw(Buffer.from('abcd')), '61626364'],
  ] as const)('%s', (_name, write, hex) => {
    expect(written(write)).toBe(hex);
    // The same where every value needs a new chunk.
    expect(written(write, 8)).toBe(hex);
  });

  test('values that follow each other over many chunks', () => {
    const bytes = written((writer) => {
      for (let index = 0; index < 20_000; index += 1) {
        writer.unsignedInt(index);
        writer.stringBytes('x'.repeat(index % 7));
      }
    }, 8);
    const writer = new XdrWriter(1 << 20);
    for (let index = 0; index < 20_000; index += 1) {
      writer.unsignedInt(index);
      writer.stringBytes('x'.repeat(index % 7));
    }
    expect(writer.finish()).toHaveLength(1);
    expect(bytes).toBe(Buffer.concat(writer.finish()).toString('hex'));
  });
});

describe('bulk data', () => {
  test('are referred to, not copied, between what was written before and after', () => {
    const bulk = Buffer.alloc(referencedOpaqueBytesMin + 1, 7);
    const writer = new XdrWriter();
    writer.int(1);
    writer.opaqueVariable(bulk);
    writer.int(2);
    const parts = writer.finish();
    expect(parts).toHaveLength(3);
    expect(parts[1]).toBe(bulk);
    expect(parts[0]?.toString('hex')).toBe('0000000100000401');
    expect(parts[2]?.toString('hex')).toBe('00000000000002'.padStart(14, '0'));
    expect(writer.lengthBytes).toBe(8 + bulk.length + 3 + 4);
  });

  test('small data are copied: the caller may change them', () => {
    const small = Buffer.from('abcd');
    const writer = new XdrWriter();
    writer.opaqueFixed(small, 4);
    small.fill(0);
    expect(Buffer.concat(writer.finish()).toString()).toBe('abcd');
  });

  test('a long string is one part', () => {
    const writer = new XdrWriter();
    writer.stringUtf8('ä'.repeat(referencedOpaqueBytesMin));
    expect(writer.finish()).toHaveLength(2);
    expect(writer.lengthBytes).toBe(4 + 2 * referencedOpaqueBytesMin);
  });
});

test('finish may be called again after more was written', () => {
  const writer = new XdrWriter();
  expect(writer.finish()).toEqual([]);
  writer.int(1);
  const first = writer.finish();
  writer.int(2);
  expect(first).toHaveLength(1);
  expect(Buffer.concat(writer.finish()).toString('hex')).toBe('0000000100000002');
});

test('a reserved word gets its value later', () => {
  const writer = new XdrWriter(8);
  const word = writer.reserve();
  writer.stringUtf8('a word that begins another chunk');
  const parts = writer.finish();
  writer.patch(word, writer.lengthBytes - 4);
  expect(Buffer.concat(parts).readUInt32BE(0)).toBe(36);
  expect(() => writer.patch(word, -1)).toThrow(XdrLimitError);
});

describe('values that do not fit are our own bug', () => {
  test.each([
    ['int', (writer: XdrWriter) => writer.int(2 ** 31)],
    ['a fraction', (writer: XdrWriter) => writer.int(0.5)],
    ['NaN', (writer: XdrWriter) => writer.unsignedInt(NaN)],
    ['unsigned int', (writer: XdrWriter) => writer.unsignedInt(-1)],
    ['hyper', (writer: XdrWriter) => writer.hyper(2n ** 63n)],
    ['unsigned hyper', (writer: XdrWriter) => writer.unsignedHyper(-1n)],
    ['char', (writer: XdrWriter) => writer.intWithin(-128, 255, 256)],
    ['fixed opaque', (writer: XdrWriter) => writer.opaqueFixed(Buffer.alloc(3), 4)],
    ['opaque', (writer: XdrWriter) => writer.opaqueVariable(Buffer.alloc(5), 4)],
    ['text: its limit counts bytes', (writer: XdrWriter) => writer.stringUtf8('ää', 3)],
    ['text with half a surrogate pair', (writer: XdrWriter) => writer.stringUtf8('a\ud800')],
    ['byte string', (writer: XdrWriter) => writer.stringBytes('abc', 2)],
    ['a character that is no byte', (writer: XdrWriter) => writer.stringBytes('€')],
    ['array', (writer: XdrWriter) => writer.arrayLength(3, 2)],
    ['fixed array', (writer: XdrWriter) => writer.fixedLength(3, 2)],
  ] as const)('%s', (_name, write) => {
    expect(() => write(new XdrWriter())).toThrow(XdrLimitError);
  });

  test('nesting that no reader would follow', () => {
    const writer = new XdrWriter();
    for (let depth = 0; depth < nestingDepthMax; depth += 1) writer.enter();
    writer.leave();
    writer.enter();
    expect(() => writer.enter()).toThrow(XdrLimitError);
  });
});
