import type { AppendFile, Folder, ReadFile } from '../../../environment/folder.ts';
import type {
  KeyValueEngine,
  KeyValueEngineFactory,
} from '../../../stable-area/key-value-engine.ts';
import { copiedBytes, copyLevelDirectory } from '../../../stable-area/leveldb/copy.ts';
import {
  currentName,
  isManifestName,
  logNumberOf,
  tableNumberOf,
} from '../../../stable-area/leveldb/file-names.ts';
import { MemoryRecords } from '../../../stable-area/memory/memory-records.ts';
import type { Change, Key } from '../../../stable-area/stable-area.ts';
import { LevelLogWriter } from '../../../stable-area/testing/leveldb-log-writer.ts';
import {
  encodeVersionEdit,
  type WrittenEdit,
} from '../../../stable-area/testing/leveldb-version-edit.ts';
import { encodeBatch, type LiveTable, recover } from './recovery.ts';
import { encodeTable } from './table-file.ts';

export interface SimulatedEngineLimits {
  /** Changes in the log from which on it is made a table. */
  readonly logBytesMax: number;
  /** More tables than this are merged into one. */
  readonly tablesMax: number;
}

/**
 * An engine that numbers, writes, merges and deletes its files as LevelDB does (copy.ts lists the steps), in LevelDB's own
 * formats but for what is inside a table and a batch. Records are in memory as well: what is on the disk is read at open.
 */
export function createSimulatedEngineFactory(
  folder: Folder,
  limits: SimulatedEngineLimits,
): KeyValueEngineFactory {
  return {
    open: (directory) => SimulatedEngine.open(folder, directory, limits),
    copy: (from, to) => copyLevelDirectory(folder, from, to),
    copiedBytes: (directory) => copiedBytes(folder, directory),
  };
}

class SimulatedEngine implements KeyValueEngine {
  readonly #folder: Folder;
  readonly #directory: string;
  readonly #limits: SimulatedEngineLimits;
  readonly #records: MemoryRecords;
  #nextFile: number;
  #sequence: number;
  #tables: LiveTable[];
  #log!: { readonly number: number; readonly file: AppendFile; readonly writer: LevelLogWriter };
  /** Read whenever a record is: what a read costs is a trip to the disk, whatever is in memory. */
  #current!: ReadFile;
  #manifest!: { readonly name: string; readonly file: AppendFile; readonly writer: LevelLogWriter };
  /** What the current log holds: the newest change of each key. */
  #fresh = new Map<Key, Uint8Array | undefined>();
  #freshBytes = 0;
  /** What goes into a table in the background. */
  #compacting: Promise<void> | undefined;
  #broken: unknown;
  #isClosed = false;

  private constructor(
    folder: Folder,
    directory: string,
    limits: SimulatedEngineLimits,
    found: Awaited<ReturnType<typeof recover>>,
  ) {
    this.#folder = folder;
    this.#directory = directory;
    this.#limits = limits;
    this.#records = found.records;
    this.#nextFile = found.nextFile;
    this.#sequence = found.sequence;
    this.#tables = [...found.tables];
  }

  static async open(
    folder: Folder,
    directory: string,
    limits: SimulatedEngineLimits,
  ): Promise<SimulatedEngine> {
    await folder.makeFolder(directory);
    const found = await recover(folder, directory);
    const engine = new SimulatedEngine(folder, directory, limits, found);
    // DB::Open: the logs become a table, a new log and a new MANIFEST are made, CURRENT names that, what is old goes.
    if (found.replayed.length > 0) await engine.#writeTable(found.replayed, 0);
    await engine.#startLog();
    await engine.#startManifest();
    await engine.#removeObsolete();
    engine.#compactInBackground(() => engine.#mergeTables());
    return engine;
  }

  async getMany(keys: readonly Key[]): Promise<(Uint8Array | undefined)[]> {
    await this.#turn();
    return keys.map((key) => this.#records.get(key));
  }

  /** What is synced, as LevelDB has it in memory. */
  getNow(key: Key): Uint8Array | undefined {
    if (this.#isClosed) throw new Error('the engine is closed');
    return this.#records.get(key);
  }

  range: KeyValueEngine['range'] = async (range) => {
    await this.#turn();
    return this.#records.range(range);
  };

  async writeSynced(changes: readonly Change[]): Promise<void> {
    // Not an assertion: for its message Node would parse this file, which takes most of a minute in the form in which tsx loads it.
    if (this.#isClosed) throw new Error('the engine is closed');
    // As DBImpl::bg_error_: after a compaction that failed nothing is written any more.
    if (this.#broken !== undefined) throw this.#broken as Error;
    if (this.#freshBytes > this.#limits.logBytesMax) await this.#switchLogs();
    const batch = encodeBatch(this.#sequence + 1, changes);
    const { file, writer } = this.#log;
    const record = writer.next(batch);
    // After an append that failed LevelDB takes further ones, and all of them are lost: whoever goes on is found out.
    await file.append([record]);
    await file.sync();
    this.#sequence += changes.length;
    this.#freshBytes += record.length;
    for (const { key, value } of changes) this.#fresh.set(key, value);
    this.#records.apply(changes);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#compacting;
  }

  async #turn(): Promise<void> {
    await this.#current.read(0, 1);
    if (this.#isClosed) throw new Error('the engine is closed');
  }

  async #switchLogs(): Promise<void> {
    await this.#compacting;
    if (this.#broken !== undefined) throw this.#broken as Error;
    const changes = [...this.#fresh].map(([key, value]): Change => ({ key, value }));
    await this.#startLog();
    this.#compactInBackground(() => this.#compact(changes));
  }

  #compactInBackground(compact: () => Promise<void>): void {
    this.#compacting = compact().catch((error: unknown) => {
      this.#broken = error;
    });
  }

  async #startLog(): Promise<void> {
    const number = this.#takeNumber();
    const file = await this.#folder.openAppend(`${this.#directory}/${fileNumber(number)}.log`);
    this.#log = { number, file, writer: new LevelLogWriter() };
    this.#fresh = new Map();
    this.#freshBytes = 0;
  }

  async #startManifest(): Promise<void> {
    const number = this.#takeNumber();
    const name = `MANIFEST-${fileNumber(number)}`;
    const file = await this.#folder.openAppend(`${this.#directory}/${name}`);
    this.#manifest = { name, file, writer: new LevelLogWriter() };
    await this.#appendEdit({
      comparator: 'leveldb.BytewiseComparator',
      ...this.#numbers(),
      newTables: this.#tables,
    });
    const temporary = `${this.#directory}/${fileNumber(number)}.dbtmp`;
    await this.#folder.writeFileSynced(temporary, Buffer.from(`${name}\n`));
    const current = `${this.#directory}/${currentName}`;
    await this.#folder.rename(temporary, current);
    this.#current = await this.#folder.openRead(current);
    await this.#folder.syncFolder(this.#directory);
  }

  async #compact(changes: readonly Change[]): Promise<void> {
    const made = await this.#writeTable(changes, 0);
    await this.#appendEdit({ ...this.#numbers(), newTables: [made] });
    await this.#removeObsolete();
    await this.#mergeTables();
  }

  async #mergeTables(): Promise<void> {
    if (this.#tables.length <= this.#limits.tablesMax || this.#isClosed) return;
    const merged = [...this.#tables];
    // Every table is one of them, so no deletion has anything below that it must hide.
    const records = new MemoryRecords();
    for (const { changes } of merged) records.apply(changes);
    const all = records.range({ from: '', to: '\xff\xff', limit: Number.MAX_SAFE_INTEGER });
    const table = await this.#writeTable(all, 1);
    this.#tables = [table];
    await this.#appendEdit({ ...this.#numbers(), deletedTables: merged, newTables: [table] });
    await this.#removeObsolete();
  }

  /** In two pieces, so that others may see a half; and as LevelDB does, over what had the number before. */
  async #writeTable(changes: readonly Change[], level: number): Promise<LiveTable> {
    const number = this.#takeNumber();
    const path = `${this.#directory}/${fileNumber(number)}.ldb`;
    const bytes = encodeTable(changes);
    const half = bytes.length >> 1;
    await this.#folder.preallocate(path, 0);
    const file = await this.#folder.openAppend(path);
    await file.append([bytes.subarray(0, half)]);
    await file.append([bytes.subarray(half)]);
    await file.sync();
    const table = { number, level, changes };
    this.#tables.push(table);
    return table;
  }

  async #appendEdit(edit: WrittenEdit): Promise<void> {
    const { file, writer } = this.#manifest;
    await file.append([writer.next(encodeVersionEdit(edit))]);
    // PosixWritableFile::Sync: the files that a MANIFEST names are in the folder before it says so.
    await this.#folder.syncFolder(this.#directory);
    await file.sync();
  }

  async #removeObsolete(): Promise<void> {
    const live = new Set(this.#tables.map(({ number }) => number));
    for (const name of await this.#folder.list(this.#directory)) {
      const log = logNumberOf(name);
      const table = tableNumberOf(name);
      const isObsolete =
        (log !== undefined && log < this.#log.number) ||
        (table !== undefined && !live.has(table)) ||
        (isManifestName(name) && name !== this.#manifest.name);
      if (isObsolete) await this.#folder.unlink(`${this.#directory}/${name}`);
    }
  }

  #numbers(): Pick<WrittenEdit, 'logNumber' | 'nextFileNumber' | 'lastSequence'> {
    return {
      logNumber: this.#log.number,
      nextFileNumber: this.#nextFile,
      lastSequence: this.#sequence,
    };
  }

  #takeNumber(): number {
    this.#nextFile += 1;
    return this.#nextFile - 1;
  }
}

/** Numbers of files have six digits. */
function fileNumber(number: number): string {
  return String(number).padStart(6, '0');
}
