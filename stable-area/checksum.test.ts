import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { crc32, crc32OfKey } from './checksum.ts';

test('crc32: the check value of the catalogue of CRC algorithms', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
});

test.prop([fc.uint8Array(), fc.uint8Array()])('crc32: goes on', (head, tail) => {
  expect(crc32(tail, crc32(head))).toBe(crc32(Buffer.concat([head, tail])));
});

test.prop([fc.uint8Array()])('crc32OfKey: as of the bytes', (bytes) => {
  expect(crc32OfKey(Buffer.from(bytes).toString('latin1'))).toBe(crc32(bytes));
});
