import { strict as assert } from 'node:assert';

/** Longest key, in bytes. */
export const keyBytesMax = 1_024;
/** Longest value of one record, in bytes. */
export const valueBytesMax = 8 * 1024 * 1024;
/** Most changes of one commit. A procedure that needs more is done in steps (DESIGN "execute"). */
export const commitChangesMax = 65_536;
/** Most bytes of keys and values of one commit. */
export const commitBytesMax = 32 * 1024 * 1024;

/** How far commits are joined into one synced write. A larger commit is a batch of its own. */
export interface BatchLimits {
  readonly batchBytesMax: number;
  readonly batchChangesMax: number;
}

export const defaultBatchLimits: BatchLimits = {
  // A write of this size takes about as long as its sync: joining more would only add delay.
  batchBytesMax: 1024 * 1024,
  batchChangesMax: 8_192,
};

/** Slots of the ring of batch numbers: that many of the newest batches are proved present at open. */
export const ringSlots = 64;
/** Batch and epoch numbers are stored in 6 bytes. */
export const storedNumberMax = 2 ** 48 - 1;

assert(keyBytesMax + valueBytesMax <= commitBytesMax);
assert(defaultBatchLimits.batchBytesMax <= commitBytesMax);
assert(defaultBatchLimits.batchChangesMax <= commitChangesMax);
assert(ringSlots <= 256, 'a slot is one byte of a key');
