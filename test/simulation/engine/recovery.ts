import type { Folder } from '../../../environment/folder.ts';
import {
  currentName,
  logNumberOf,
  manifestNameIn,
  tableNumberOf,
} from '../../../stable-area/leveldb/file-names.ts';
import { readLog } from '../../../stable-area/leveldb/log-format.ts';
import { readManifest } from '../../../stable-area/leveldb/manifest.ts';
import { MemoryRecords } from '../../../stable-area/memory/memory-records.ts';
import { type Change, type Key, StableAreaError } from '../../../stable-area/stable-area.ts';
import { decodeChanges, decodeTable, encodeChanges } from './table-file.ts';

const batchHeaderBytes = 12;

/** LevelDB's write batch: number of its first change, how many changes, the changes. */
export function encodeBatch(sequence: number, changes: readonly Change[]): Buffer {
  const header = Buffer.alloc(batchHeaderBytes);
  header.writeBigUInt64LE(BigInt(sequence), 0);
  header.writeUInt32LE(changes.length, 8);
  return Buffer.concat([header, encodeChanges(changes)]);
}

/** A table that is on the disk, and what it was found or made to hold. */
export interface LiveTable {
  readonly number: number;
  readonly level: number;
  readonly changes: readonly Change[];
}

export interface Recovered {
  readonly records: MemoryRecords;
  readonly tables: readonly LiveTable[];
  readonly nextFile: number;
  readonly sequence: number;
  /** What the logs hold and no table does. */
  readonly replayed: Change[];
}

/** Reads what is on the disk, as VersionSet::Recover and DBImpl::RecoverLogFile do. */
export async function recover(folder: Folder, directory: string): Promise<Recovered> {
  const names = await folder.list(directory);
  const records = new MemoryRecords();
  if (!names.includes(currentName)) {
    if (names.length > 0) throw corrupt(directory, `has lost its ${currentName}`);
    return { records, tables: [], nextFile: 2, sequence: 0, replayed: [] };
  }
  const current = await folder.readFile(`${directory}/${currentName}`);
  const name = manifestNameIn(current);
  if (name === undefined) throw corrupt(directory, 'names no MANIFEST');
  const manifest = readManifest(await folder.readFile(`${directory}/${name}`));
  const tables: LiveTable[] = [];
  for (const number of [...manifest.tables].sort((a, b) => a - b)) {
    const file = names.find((candidate) => tableNumberOf(candidate) === number);
    const bytes = file === undefined ? undefined : await folder.readFile(`${directory}/${file}`);
    const changes = bytes && decodeTable(bytes);
    if (changes === undefined) throw corrupt(directory, `has lost table ${number}`);
    records.apply(changes);
    tables.push({ number, level: 0, changes });
  }
  const logs = names
    .map((log) => ({ log, number: logNumberOf(log) ?? -1 }))
    .filter(({ number }) => number >= manifest.logNumber)
    .sort((a, b) => a.number - b.number);
  let sequence = manifest.lastSequence;
  let nextFile = manifest.nextFileNumber;
  const replayed = new Map<Key, Uint8Array | undefined>();
  for (const { log, number } of logs) {
    nextFile = Math.max(nextFile, number + 1);
    for (const batch of readLog(await folder.readFile(`${directory}/${log}`)).records) {
      const bytes = Buffer.from(batch.buffer, batch.byteOffset, batch.length);
      const changes = decodeChanges(bytes.subarray(batchHeaderBytes));
      sequence = Math.max(sequence, Number(bytes.readBigUInt64LE(0)) + changes.length - 1);
      for (const { key, value } of changes) replayed.set(key, value);
      records.apply(changes);
    }
  }
  const changes = [...replayed].map(([key, value]): Change => ({ key, value }));
  return { records, tables, nextFile, sequence, replayed: changes };
}

function corrupt(directory: string, what: string): StableAreaError {
  return new StableAreaError('STABLE_AREA_CORRUPT', `${directory} ${what}`);
}
