import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { crc32, crc32InJavaScript } from './checksum.ts';

test('crc32: the check value of the catalogue of CRC algorithms', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  expect(crc32InJavaScript(Buffer.from('123456789'))).toBe(0xcbf43926);
});

test.prop([fc.uint8Array(), fc.uint8Array()])(
  'crc32: the one in JavaScript is the same, and both go on',
  (head, tail) => {
    const whole = crc32(Buffer.concat([head, tail]));
    expect(crc32(tail, crc32(head))).toBe(whole);
    expect(crc32InJavaScript(tail, crc32InJavaScript(head))).toBe(whole);
  },
);
