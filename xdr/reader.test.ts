import { describe, expect, test } from 'vitest';
import { emptyElementsMax, nestingDepthMax } from './limits.ts';
import { XdrReader } from './reader.ts';

const reader = (hex: string): XdrReader =>
  new XdrReader(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

describe('RFC 4506 §4: values', () => {
  test('§4.1 int and §4.2 unsigned int are big-endian words', () => {
    const bytes = reader('ffffffff 80000000 7fffffff ffffffff');
    expect([bytes.int(), bytes.int(), bytes.int(), bytes.unsignedInt()]).toEqual([
      -1, -2_147_483_648, 2_147_483_647, 4_294_967_295,
    ]);
    expect(bytes.failure).toBeUndefined();
    expect(bytes.remaining).toBe(0);
  });

  test('§4.5 hyper and unsigned hyper', () => {
    const bytes = reader('8000000000000000 ffffffffffffffff');
    expect([bytes.hyper(), bytes.unsignedHyper()]).toEqual([-(2n ** 63n), 2n ** 64n - 1n]);
  });

  test('§4.6 float and §4.7 double', () => {
    const bytes = reader('3fc00000 c004000000000000');
    expect([bytes.float(), bytes.double()]).toEqual([1.5, -2.5]);
  });

  test('§4.9 fixed and §4.10 variable opaque data are views, without their padding', () => {
    const source = Buffer.from('010203000000000204050000', 'hex');
    const bytes = new XdrReader(source);
    const fixed = bytes.opaqueFixed(3);
    const variable = bytes.opaqueVariable(2);
    expect([fixed.toString('hex'), variable.toString('hex')]).toEqual(['010203', '0405']);
    source[0] = 9;
    expect(fixed[0]).toBe(9);
    expect(bytes.remaining).toBe(0);
  });

  test('§4.10 padding that is not zero is accepted, as C peers do', () => {
    const bytes = reader('00000001 61ffffff');
    expect(bytes.stringUtf8(1)).toBe('a');
    expect(bytes.failure).toBeUndefined();
  });

  test('§4.11 a string as text and as bytes', () => {
    const hex = '00000003 e282ac00';
    expect(reader(hex).stringUtf8(3)).toBe('€');
    expect(reader(hex).stringBytes(3)).toBe('\u00e2\u0082\u00ac');
  });

  test('a text keeps its byte order mark', () => {
    expect(reader('00000003 efbbbf00').stringUtf8()).toBe('\ufeff');
  });

  test('rest is everything that is left', () => {
    const bytes = reader('00000001 aabbcc');
    bytes.int();
    expect(bytes.rest().toString('hex')).toBe('aabbcc');
    expect(bytes.remaining).toBe(0);
  });

  test('a reader of a part stays within it', () => {
    const bytes = new XdrReader(
      Buffer.from('0000000100000002 00000003'.replaceAll(' ', ''), 'hex'),
      4,
      8,
    );
    expect(bytes.int()).toBe(2);
    expect(bytes.int()).toBe(0);
    expect(bytes.failure).toMatchObject({ kind: 'underflow', position: 8 });
  });
});

describe('failures', () => {
  test.each([
    ['underflow: int', '000001', (bytes: XdrReader) => bytes.int(), 'underflow', 0],
    ['underflow: unsigned int', '', (bytes: XdrReader) => bytes.unsignedInt(), 'underflow', 0],
    ['underflow: hyper', '00000000000000', (bytes: XdrReader) => bytes.hyper(), 'underflow', 0],
    [
      'underflow: unsigned hyper',
      '00',
      (bytes: XdrReader) => bytes.unsignedHyper(),
      'underflow',
      0,
    ],
    ['underflow: float', '00', (bytes: XdrReader) => bytes.float(), 'underflow', 0],
    ['underflow: double', '00000000', (bytes: XdrReader) => bytes.double(), 'underflow', 0],
    [
      'underflow: opaque',
      '00000004 616263',
      (bytes: XdrReader) => bytes.opaqueVariable(),
      'underflow',
      4,
    ],
    [
      'underflow: string',
      '00000004 616263',
      (bytes: XdrReader) => bytes.stringUtf8(),
      'underflow',
      4,
    ],
    [
      'underflow: byte string',
      '00000002',
      (bytes: XdrReader) => bytes.stringBytes(),
      'underflow',
      4,
    ],
    [
      'underflow: padding',
      '00000001 616263',
      (bytes: XdrReader) => bytes.stringUtf8(),
      'underflow',
      4,
    ],
    [
      'a length over its limit',
      '00000003 61626300',
      (bytes: XdrReader) => bytes.opaqueVariable(2),
      'length-over-limit',
      0,
    ],
    ['a bool that is neither', '00000002', (bytes: XdrReader) => bytes.bool(), 'bad-bool', 0],
    [
      'a string that is not UTF-8',
      '00000002 c3280000',
      (bytes: XdrReader) => bytes.stringUtf8(),
      'bad-utf8',
      0,
    ],
    [
      'an encoded surrogate',
      '00000003 eda08000',
      (bytes: XdrReader) => bytes.stringUtf8(),
      'bad-utf8',
      0,
    ],
    [
      'a char that is none',
      '00000100',
      (bytes: XdrReader) => bytes.intWithin(-128, 255),
      'out-of-range',
      0,
    ],
  ] as const)('%s', (_name, hex, read, kind, position) => {
    const bytes = reader(hex);
    read(bytes);
    expect(bytes.failure).toMatchObject({ kind, position });
  });

  test('the first failure stays, and nothing can be read after it', () => {
    const bytes = reader('00000007 00000001 00000001');
    expect(bytes.bool()).toBe(false);
    expect([bytes.int(), bytes.hyper(), bytes.bool(), bytes.stringUtf8()]).toEqual([
      0,
      0n,
      false,
      '',
    ]);
    expect(bytes.arrayLength(10, 4)).toBe(0);
    bytes.fail('bad-enum', 'a later one');
    expect(bytes.failure).toMatchObject({ kind: 'bad-bool', position: 0 });
  });

  test('bytes that are left over are a failure when they must not be', () => {
    const bytes = reader('00000001 00');
    bytes.int();
    bytes.finish();
    expect(bytes.failure).toMatchObject({ kind: 'trailing-bytes', position: 4 });
  });

  test('a string of four thousand million bytes is refused before anything is allocated', () => {
    const bytes = reader('ffffffff');
    expect(bytes.opaqueVariable()).toHaveLength(0);
    expect(bytes.failure?.kind).toBe('underflow');
  });
});

describe('RFC 4506 §4.13: array lengths', () => {
  test('within the limit and the bytes that remain', () => {
    expect(reader('00000002 00000001 00000002').arrayLength(2, 4)).toBe(2);
  });

  test('over the declared limit', () => {
    const bytes = reader('00000003 000000000000000000000000');
    expect(bytes.arrayLength(2, 4)).toBe(0);
    expect(bytes.failure?.kind).toBe('length-over-limit');
  });

  test('more elements than the bytes that remain can hold', () => {
    const bytes = reader('00000003 0000000000000000');
    expect(bytes.arrayLength(0xffff_ffff, 4)).toBe(0);
    expect(bytes.failure?.kind).toBe('underflow');
  });

  test('elements without content are limited in number', () => {
    const length = (count: number): XdrReader => {
      const word = Buffer.alloc(4);
      word.writeUInt32BE(count);
      return new XdrReader(word);
    };
    expect(length(emptyElementsMax).arrayLength(0xffff_ffff, 0)).toBe(emptyElementsMax);
    const bytes = length(emptyElementsMax + 1);
    expect(bytes.arrayLength(0xffff_ffff, 0)).toBe(0);
    expect(bytes.failure?.kind).toBe('length-over-limit');
    const inArrays = reader('00008000 00008000 00000001');
    expect([1, 2, 3].map(() => inArrays.arrayLength(0xffff_ffff, 0))).toEqual([32_768, 32_768, 0]);
  });

  test('§4.12 a fixed number of elements is held against the bytes too', () => {
    expect(reader('0000000000000000').fixedLength(2, 4)).toBe(2);
    expect(reader('00000000').fixedLength(2, 4)).toBe(0);
  });
});

test('nesting is limited', () => {
  const bytes = reader('00000000');
  for (let depth = 0; depth < nestingDepthMax; depth += 1) expect(bytes.enter()).toBe(true);
  bytes.leave();
  expect(bytes.enter()).toBe(true);
  expect(bytes.enter()).toBe(false);
  expect(bytes.failure?.kind).toBe('depth');
  expect(bytes.enter()).toBe(false);
});
