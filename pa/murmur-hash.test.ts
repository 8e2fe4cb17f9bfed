import { expect, test } from 'vitest';
import { murmurHash3 } from './murmur-hash.ts';

function hashOf(text: string): string {
  const words = new Int32Array(64);
  Buffer.from(words.buffer).write(text);
  const hashed = new Int32Array(4);
  murmurHash3(words, text.length, new Int32Array(4), hashed);
  return Array.from(hashed, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

test.each([
  ['', '00000000000000000000000000000000'],
  ['The quick brown fox jumps over the lazy dog', '2f1583c3ecee2c675d7bf66ce5e91d2c'],
])('the published value of MurmurHash3_x86_128 for %j', (text, expected) => {
  expect(hashOf(text)).toBe(expected);
});
