import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { crc32 } from '../checksum.ts';
import type { Claim } from '../stable-area.ts';
import { decodeClaim, encodeClaim } from './claim-file.ts';

const claim: Claim = {
  epoch: 12,
  node: 'a',
  process: 'a-1',
  pairAddress: '[::1]:4000',
  pid: 42,
  startTime: '12345',
  namespace: 'pid:[4026531836]',
  areaId: Buffer.alloc(16, 1),
  writeVerifier: Buffer.alloc(8, 2),
};

test.prop([
  fc.string({ unit: 'grapheme' }),
  fc.nat(),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
])('claim file: what is written comes back, whatever names it holds', (name, pid, id) => {
  const written: Claim = { ...claim, node: name, process: name, pid, areaId: Buffer.from(id) };
  expect(decodeClaim(encodeClaim(written), claim.epoch)).toEqual(written);
});

test.prop([fc.nat(), fc.integer({ min: 1, max: 255 })])(
  'claim file: a changed byte is found',
  (place, change) => {
    const bytes = encodeClaim(claim);
    const at = place % bytes.length;
    bytes[at] = (bytes[at] ?? 0) ^ change;
    expect(() => decodeClaim(bytes, claim.epoch)).toThrow(
      expect.objectContaining({ code: 'STABLE_AREA_CORRUPT' }) as Error,
    );
  },
);

test.prop([fc.nat({ max: 400 })])('claim file: one that is cut off is found', (length) => {
  const bytes = encodeClaim(claim);
  fc.pre(length < bytes.length);
  expect(() => decodeClaim(bytes.subarray(0, length), claim.epoch)).toThrow(
    expect.objectContaining({ code: 'STABLE_AREA_CORRUPT' }) as Error,
  );
});

test('claim file: a newer version is refused', () => {
  const line = '{"version":2,"epoch":12}\n';
  const checksum = crc32(Buffer.from(line)).toString(16).padStart(8, '0');
  expect(() => decodeClaim(Buffer.from(`${line}crc32 ${checksum}\n`), 12)).toThrow(
    expect.objectContaining({ code: 'STABLE_AREA_FORMAT' }) as Error,
  );
});
