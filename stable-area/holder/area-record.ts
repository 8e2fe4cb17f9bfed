import { strict as assert } from 'node:assert';
import type { KeyValueEngine } from '../key-value-engine.ts';
import { areaKey, ringKey } from '../keys.ts';
import { StableAreaError } from '../stable-area.ts';
import {
  decodeRingEntry,
  encodeRingEntry,
  newestBatch,
  type RingEntry,
  ringKeys,
  slotOf,
} from './batch-ring.ts';
import { seal, unseal } from './value-format.ts';

export const areaIdBytes = 16;

/** The number of the batch that makes an area; every area has it, so one without any batch has lost something. */
const firstBatch = 1;

/** Writes the first batch of a new area: its identity, and the first slot of the ring. */
export async function writeAreaRecord(
  engine: KeyValueEngine,
  areaId: Uint8Array,
  epoch: number,
): Promise<void> {
  assert(areaId.length === areaIdBytes);
  const slot = ringKey(slotOf(firstBatch));
  await engine.writeSynced([
    { key: areaKey, value: seal(areaKey, areaId) },
    { key: slot, value: seal(slot, encodeRingEntry({ batch: firstBatch, epoch })) },
  ]);
}

/**
 * Proves that the engine holds this area, whole to its newest batch, and returns that. Throws STABLE_AREA_CORRUPT or
 * STABLE_AREA_FORMAT.
 */
export async function verifyArea(
  engine: KeyValueEngine,
  areaId: Uint8Array,
  epochMax: number,
): Promise<RingEntry> {
  const [storedId, ...slots] = await engine.getMany([areaKey, ...ringKeys]);
  const newest = newestBatch(
    ringKeys.map((key, slot) => {
      const stored = slots[slot];
      return stored === undefined ? undefined : decodeRingEntry(unseal(key, stored));
    }),
    epochMax,
  );
  if (storedId === undefined) {
    throw new StableAreaError('STABLE_AREA_CORRUPT', 'the record of the area itself is missing');
  }
  if (Buffer.compare(unseal(areaKey, storedId), areaId) !== 0) {
    throw new StableAreaError('STABLE_AREA_CORRUPT', 'the records are those of another area');
  }
  return newest;
}
