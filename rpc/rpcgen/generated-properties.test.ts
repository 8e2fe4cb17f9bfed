import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeAll, encodeToBuffer } from '../../xdr/decode.ts';
import type { NamedType } from './model.ts';
import { type Compiled, importCompiled } from './testing/import-compiled.ts';
import { arbitraryOfNamed } from './testing/model-arbitrary.ts';

// Every type of Fuga's protocols, and of a file with every shape that the language has.

const root = path.join(import.meta.dirname, '../..');
const files = [
  ...['rpc', 'portmap', 'mount', 'nfs2', 'pa'].map((name) => `protocol/${name}.x`),
  'test/peers/language.x',
];

/** `each` is called with values of every type of the file. */
function forValues(
  compiled: Compiled,
  numRuns: number,
  each: (type: NamedType, bytes: Buffer, value: unknown, noise: number) => void,
): void {
  const options = { byteStrings: false, depth: 3, forC: false };
  for (const type of compiled.model.types) {
    const codec = compiled.codec(type.tsName);
    const property = fc.property(arbitraryOfNamed(type, options), fc.nat(), (value, noise) => {
      each(type, encodeToBuffer(codec, value), value, noise);
    });
    fc.assert(property, { numRuns });
  }
}

describe.each(files)('%s', (file) => {
  let compiled: Compiled;

  beforeAll(async () => {
    compiled = await importCompiled(fs.readFileSync(path.join(root, file), 'utf8'));
  });

  const decode = (type: NamedType, bytes: Buffer) => decodeAll(compiled.codec(type.tsName), bytes);

  test('what is encoded is decoded to the same value', () => {
    forValues(compiled, 60, (type, bytes, value) => {
      expect(decode(type, bytes)).toEqual({ ok: true, value });
      expect(bytes.length % 4).toBe(0);
      expect(bytes.length).toBeGreaterThanOrEqual(type.minBytes);
    });
  });

  test('a part of an encoding is a failure, and one byte more as well', () => {
    forValues(compiled, 30, (type, bytes, _value, noise) => {
      if (bytes.length === 0) return;
      expect(decode(type, bytes.subarray(0, noise % bytes.length)).ok).toBe(false);
      expect(decode(type, Buffer.concat([bytes, Buffer.alloc(1)])).ok).toBe(false);
    });
  });

  test('an encoding with a changed byte is a failure or another value, never an exception', () => {
    forValues(compiled, 60, (type, bytes, _value, noise) => {
      if (bytes.length === 0) return;
      const changed = Buffer.from(bytes);
      changed[noise % bytes.length] = noise >>> 8;
      const result = decode(type, changed);
      // Padding may change without a trace; all else that is accepted has one encoding.
      if (!result.ok) return;
      const again = encodeToBuffer(compiled.codec(type.tsName), result.value);
      expect(decode(type, again)).toEqual(result);
    });
  });

  test('random bytes are a failure or a value, never an exception', () => {
    const words = fc.array(fc.oneof(fc.constantFrom(0, 1, 2, 0xffff_ffff), fc.nat(0xffff_ffff)), {
      maxLength: 40,
    });
    for (const type of compiled.model.types) {
      const property = fc.property(words, fc.nat(3), (values, cut) => {
        const bytes = Buffer.alloc(values.length * 4);
        for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
        const result = decode(type, bytes.subarray(0, Math.max(0, bytes.length - cut)));
        expect(typeof result.ok).toBe('boolean');
      });
      fc.assert(property, { numRuns: 100 });
    }
  });
});
