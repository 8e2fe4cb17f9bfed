import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { ringSlots } from '../limits.ts';
import {
  decodeRingEntry,
  encodeRingEntry,
  newestBatch,
  type RingEntry,
  slotOf,
} from './batch-ring.ts';

const gap = expect.objectContaining({ code: 'STABLE_AREA_CORRUPT' }) as Error;

/** The ring after these batches, those in `lost` left out. */
function ringAfter(batches: number, lost: readonly number[] = []): (RingEntry | undefined)[] {
  const slots = Array.from({ length: ringSlots }, (): RingEntry | undefined => undefined);
  for (let batch = 1; batch <= batches; batch += 1) {
    if (!lost.includes(batch)) slots[slotOf(batch)] = { batch, epoch: 1 + Math.floor(batch / 10) };
  }
  return slots;
}

test.prop([fc.integer({ min: 1, max: 5 * ringSlots })])(
  'ring: whole after any number of batches',
  (batches) => {
    const epoch = 1 + Math.floor(batches / 10);
    expect(newestBatch(ringAfter(batches), epoch)).toEqual({ batch: batches, epoch });
  },
);

test.prop([fc.integer({ min: 2, max: 5 * ringSlots }), fc.integer({ min: 1, max: ringSlots - 1 })])(
  'ring: one lost batch among the newest is found, unless it was the newest',
  (batches, back) => {
    const lost = batches - back;
    fc.pre(lost >= 1);
    expect(() => newestBatch(ringAfter(batches, [lost]), 1_000)).toThrow(gap);
    expect(newestBatch(ringAfter(batches, [batches]), 1_000).batch).toBe(batches - 1);
  },
);

test('ring: no batch at all, and epochs that descend, are gaps', () => {
  expect(() => newestBatch(ringAfter(0), 1)).toThrow(gap);
  expect(() => newestBatch(ringAfter(25), 2)).toThrow(gap);
  const slots = ringAfter(25);
  slots[slotOf(12)] = { batch: 12, epoch: 3 };
  expect(() => newestBatch(slots, 9)).toThrow(gap);
});

test.prop([fc.integer({ min: 1, max: 2 ** 48 - 1 }), fc.integer({ min: 1, max: 2 ** 48 - 1 })])(
  'ring: an entry comes back as it was',
  (batch, epoch) => {
    expect(decodeRingEntry(encodeRingEntry({ batch, epoch }))).toEqual({ batch, epoch });
  },
);

test('ring: an entry of another length is damaged', () => {
  expect(() => decodeRingEntry(new Uint8Array(11))).toThrow(gap);
});
