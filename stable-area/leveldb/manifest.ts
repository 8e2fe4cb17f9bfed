import { StableAreaError } from '../stable-area.ts';
import { readLog } from './log-format.ts';
import { decodeVersionEdit, type VersionEdit } from './version-edit.ts';

/** What a MANIFEST says of a LevelDB directory. */
export interface Manifest {
  /** Numbers of the live tables. */
  readonly tables: ReadonlySet<number>;
  /** Logs below this number, other than the previous one, hold nothing that is not in a table. */
  readonly logNumber: number;
  /** 0 where there is none, as in everything that LevelDB 1.20 writes. */
  readonly previousLogNumber: number;
  /** Numbers from here on were not in use. */
  readonly nextFileNumber: number;
  readonly lastSequence: number;
}

const comparator = 'leveldb.BytewiseComparator';

/**
 * Reads a MANIFEST as LevelDB's VersionSet::Recover does: its edits in order; an end in the middle of an edit is no
 * damage. Throws STABLE_AREA_CORRUPT on what LevelDB would refuse.
 */
export function readManifest(bytes: Uint8Array): Manifest {
  const { records, damage } = readLog(bytes);
  if (damage !== undefined) throw corrupt(`at byte ${damage.offset}: ${damage.reason}`);
  const levelOf = new Map<number, number>();
  let logNumber: number | undefined;
  let previousLogNumber = 0;
  let nextFileNumber: number | undefined;
  let lastSequence: number | undefined;
  for (const record of records) {
    const edit = decodeVersionEdit(record);
    if (edit === undefined) throw corrupt('a version edit cannot be read');
    if (edit.comparator !== undefined && edit.comparator !== comparator) {
      throw corrupt(`the comparator ${edit.comparator}`);
    }
    applyTables(levelOf, edit);
    logNumber = edit.logNumber ?? logNumber;
    previousLogNumber = edit.previousLogNumber ?? previousLogNumber;
    nextFileNumber = edit.nextFileNumber ?? nextFileNumber;
    lastSequence = edit.lastSequence ?? lastSequence;
  }
  if (logNumber === undefined || nextFileNumber === undefined || lastSequence === undefined) {
    throw corrupt('no log number, next file number or last sequence number');
  }
  const tables = new Set(levelOf.keys());
  for (const number of tables) {
    // Its number would be given to a new file, which would overwrite the table that both directories share.
    if (number >= nextFileNumber) throw corrupt(`table ${number} has a number not yet given`);
  }
  return { tables, logNumber, previousLogNumber, nextFileNumber, lastSequence };
}

/**
 * The bytes of a MANIFEST up to its last edit. Undefined where something was written behind that, and where it is the
 * first edit to name a log: a MANIFEST is named by CURRENT only after that one is durable.
 */
export function withoutLastEdit(bytes: Buffer): Buffer | undefined {
  const { records, lastRecordOffset, endsWithRecord } = readLog(bytes);
  const namesLog = records
    .slice(0, -1)
    .some((record) => decodeVersionEdit(record)?.logNumber !== undefined);
  return endsWithRecord && namesLog ? bytes.subarray(0, lastRecordOffset) : undefined;
}

/** Within an edit deletions come first: a table that is moved is deleted from one level and added to another. */
function applyTables(levelOf: Map<number, number>, edit: VersionEdit): void {
  for (const { level, number } of edit.deletedTables) {
    if (levelOf.get(number) === level) levelOf.delete(number);
  }
  for (const { level, number } of edit.newTables) levelOf.set(number, level);
}

function corrupt(what: string): StableAreaError {
  return new StableAreaError('STABLE_AREA_CORRUPT', `the MANIFEST is damaged: ${what}`);
}
