import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { XdrCodec } from '../../xdr/codec.ts';
import { generatedDecoders } from './decoders.ts';
import { fuzzDecoders } from './fuzz.ts';

const cases = 100_000;
const seed = 1;

test(`fuzz: ${cases} hostile messages are refused or decoded, and take no memory beyond their size`, async () => {
  const decoders = await generatedDecoders();
  expect(fuzzDecoders({ decoders, cases, seed })).toBeGreaterThanOrEqual(cases);
});

test('fuzz: a decoder that believes a length, or that throws, is found', () => {
  const valid = fc.constant(Buffer.from([0, 0, 0, 1, 0, 0, 0, 5]));
  const faulty = (decode: XdrCodec<unknown>['decode']) => ({
    decoders: [{ name: 'faulty', codec: { encode: () => undefined, decode }, valid }],
    cases: 1_000,
    seed,
  });
  const believing = faulty((reader) => {
    const items = new Array<number>(reader.unsignedInt() & 0x0003_ffff).fill(0);
    return items.map(() => reader.unsignedInt());
  });
  expect(() => fuzzDecoders(believing)).toThrow('bytes of memory for a message of');
  const throwing = faulty((reader) => {
    if (reader.unsignedInt() === 0x7fff_ffff) throw new RangeError('too large');
    return undefined;
  });
  expect(() => fuzzDecoders(throwing)).toThrow('too large');
});
