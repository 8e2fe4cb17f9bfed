import { StableAreaError } from '../stable-area.ts';
import { readLog } from './log-format.ts';

/*
 * A LevelDB log holds write batches: the sequence number of the first change (8 bytes), how many changes (4 bytes), the
 * changes. Sequence numbers have no gaps. LevelDB itself never looks at that: it skips what it cannot read and goes on
 * with what follows. So the copy looks, over all that is going to be replayed; the ring of batch numbers sees only the
 * newest.
 */

const batchHeaderBytes = 12;
const countOffset = 8;

export interface NamedLog {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Proves that logs, given in the order of their numbers, hold one gapless sequence of batches. Only the very end may be
 * unreadable: it was being written, so nobody was told that it is durable. Returns the number of the last change, 0 where
 * there is none. Throws STABLE_AREA_CORRUPT.
 */
export function verifyLogs(logs: readonly NamedLog[]): number {
  let expected: number | undefined;
  let damaged: StableAreaError | undefined;
  for (const { name, bytes } of logs) {
    const { records, damage } = readLog(bytes);
    if (damaged !== undefined && records.length > 0) throw damaged;
    if (damage !== undefined) {
      damaged = corrupt(name, `${damage.reason} at byte ${damage.offset}`);
      if (damage.isInside) throw damaged;
    }
    for (const record of records) expected = sequenceAfter(record, expected, name);
  }
  return expected === undefined ? 0 : expected - 1;
}

/** Checks the batch's number against the expected one, and returns that of the next. */
function sequenceAfter(batch: Uint8Array, expected: number | undefined, name: string): number {
  if (batch.length < batchHeaderBytes) throw corrupt(name, 'a batch is too short');
  const view = new DataView(batch.buffer, batch.byteOffset, batch.length);
  const sequence = Number(view.getBigUint64(0, true));
  if (expected !== undefined && sequence !== expected) {
    throw corrupt(name, `change ${sequence} stands where change ${expected} belongs`);
  }
  return sequence + view.getUint32(countOffset, true);
}

function corrupt(name: string, what: string): StableAreaError {
  return new StableAreaError('STABLE_AREA_CORRUPT', `the log ${name} is damaged: ${what}`);
}
