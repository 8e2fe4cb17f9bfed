import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { XdrCodec } from './codec.ts';
import { decodeAll, encodeToBuffer, encodeToBuffers } from './decode.ts';
import { XdrReader } from './reader.ts';
import { XdrWriter } from './writer.ts';

/** A codec of one method of each side. */
function codec<T>(
  write: (writer: XdrWriter, value: T) => void,
  read: (reader: XdrReader) => T,
): XdrCodec<T> {
  return { encode: write, decode: read };
}

const opaque = codec<Buffer>(
  (writer, value) => writer.opaqueVariable(value),
  (reader) => reader.opaqueVariable(),
);
const text = codec<string>(
  (writer, value) => writer.stringUtf8(value),
  (reader) => reader.stringUtf8(),
);
const byteString = codec<string>(
  (writer, value) => writer.stringBytes(value),
  (reader) => reader.stringBytes(),
);
const float = codec<number>(
  (writer, value) => writer.float(value),
  (reader) => reader.float(),
);
const double = codec<number>(
  (writer, value) => writer.double(value),
  (reader) => reader.double(),
);

const bytes = fc.uint8Array({ maxLength: 3000 }).map((array) => Buffer.from(array));
const byteCharacters = fc
  .array(fc.integer({ min: 0, max: 255 }), { maxLength: 2000 })
  .map((codes) => String.fromCharCode(...codes));

describe('what is encoded is decoded to the same value', () => {
  test.prop([bytes])('opaque data', (value) => {
    expect(decodeAll(opaque, encodeToBuffer(opaque, value))).toEqual({ ok: true, value });
  });

  test.prop([fc.string({ unit: 'binary', maxLength: 800 })])('text', (value) => {
    expect(decodeAll(text, encodeToBuffer(text, value))).toEqual({ ok: true, value });
  });

  test.prop([byteCharacters])('byte strings', (value) => {
    expect(decodeAll(byteString, encodeToBuffer(byteString, value))).toEqual({ ok: true, value });
  });

  test.prop([fc.float(), fc.double()])('floating point', (single, value) => {
    expect(decodeAll(float, encodeToBuffer(float, single))).toEqual({ ok: true, value: single });
    expect(decodeAll(double, encodeToBuffer(double, value))).toEqual({ ok: true, value });
  });
});

test.prop([bytes])('RFC 4506 §3: every encoding is a multiple of four bytes', (value) => {
  expect(encodeToBuffer(opaque, value).length % 4).toBe(0);
});

test.prop([bytes, fc.nat()])('a part of an encoding is a failure', (value, cut) => {
  const whole = encodeToBuffer(opaque, value);
  const part = whole.subarray(0, cut % whole.length);
  expect(decodeAll(opaque, part)).toMatchObject({ ok: false, failure: { kind: 'underflow' } });
});

test.prop([bytes])('bytes after the value are a failure', (value) => {
  const longer = Buffer.concat([...encodeToBuffers(opaque, value), Buffer.alloc(1)]);
  expect(decodeAll(opaque, longer)).toMatchObject({ failure: { kind: 'trailing-bytes' } });
});

test('bulk data are not copied on the way out', () => {
  const bulk = Buffer.alloc(8192);
  expect(encodeToBuffers(opaque, bulk)).toContain(bulk);
});
