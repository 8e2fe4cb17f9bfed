import { strict as assert } from 'node:assert';
import { ringKey } from '../keys.ts';
import { ringSlots, storedNumberMax } from '../limits.ts';
import { type Key, StableAreaError } from '../stable-area.ts';

/*
 * Every batch writes its number into slot (number mod ringSlots). An engine that lost a batch but kept a later one
 * (LevelDB skips a log record whose checksum does not fit, and says nothing) leaves a gap among the newest numbers.
 */

/** What a slot says. */
export interface RingEntry {
  readonly batch: number;
  /** The epoch that wrote the batch. */
  readonly epoch: number;
}

const numberBytes = 6;
const entryBytes = 2 * numberBytes;

/** The keys of all slots, in order. */
export const ringKeys: readonly Key[] = Array.from({ length: ringSlots }, (_, slot) =>
  ringKey(slot),
);

export function slotOf(batch: number): number {
  return batch % ringSlots;
}

export function encodeRingEntry({ batch, epoch }: RingEntry): Buffer {
  assert(batch > 0 && batch <= storedNumberMax && epoch > 0 && epoch <= storedNumberMax);
  const bytes = Buffer.alloc(entryBytes);
  bytes.writeUIntBE(batch, 0, numberBytes);
  bytes.writeUIntBE(epoch, numberBytes, numberBytes);
  return bytes;
}

export function decodeRingEntry(value: Uint8Array): RingEntry {
  if (value.length !== entryBytes) throw corrupt(`a slot has ${value.length} bytes`);
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.length);
  return {
    batch: bytes.readUIntBE(0, numberBytes),
    epoch: bytes.readUIntBE(numberBytes, numberBytes),
  };
}

/**
 * The newest batch of a ring that is whole: each of the last ringSlots numbers down to 1 in its slot, epochs that do
 * not descend, none above `epochMax`. Throws STABLE_AREA_CORRUPT otherwise.
 */
export function newestBatch(
  slots: readonly (RingEntry | undefined)[],
  epochMax: number,
): RingEntry {
  assert(slots.length === ringSlots);
  let newest: RingEntry | undefined;
  for (const entry of slots) {
    if (entry !== undefined && entry.batch > (newest?.batch ?? 0)) newest = entry;
  }
  // The batch that made the area is batch 1: an area without any has lost it.
  if (newest === undefined) throw corrupt('there is no batch number at all');
  let laterEpoch = epochMax;
  for (let back = 0; back < ringSlots; back += 1) {
    const expected = newest.batch - back;
    const entry = slots[slotOf(expected + ringSlots)];
    if (expected <= 0) {
      if (entry !== undefined) throw corrupt(`slot of batch ${expected} is in use`);
      continue;
    }
    if (entry?.batch !== expected) {
      throw corrupt(`batch ${expected} is missing although batch ${newest.batch} is there`);
    }
    if (entry.epoch > laterEpoch || entry.epoch < 1) {
      throw corrupt(`batch ${expected} is of epoch ${entry.epoch}, a later one of ${laterEpoch}`);
    }
    laterEpoch = entry.epoch;
  }
  return newest;
}

function corrupt(what: string): StableAreaError {
  return new StableAreaError('STABLE_AREA_CORRUPT', `the ring of batch numbers has a gap: ${what}`);
}
