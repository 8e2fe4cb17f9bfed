import type { Change, Key, KeyRange, StoredRecord } from './stable-area.ts';

/**
 * What the stable area needs of an embedded ordered key-value engine that lives in one directory: LevelDB in
 * production, a small engine with LevelDB's habits in the simulation. One process at a time opens a directory.
 */
export interface KeyValueEngine {
  /** Reads reject with a StableAreaError STABLE_AREA_CORRUPT where the engine itself finds damage. */
  getMany(keys: readonly Key[]): Promise<(Uint8Array | undefined)[]>;
  /** The same of one key, in the calling turn: a look at memory, and at pages of files that the system has for the most part. */
  getNow?(key: Key): Uint8Array | undefined;
  range(range: KeyRange): Promise<StoredRecord[]>;
  /** One atomic write; resolves when it is synced. Any rejection is final: the caller must stop using the engine. */
  writeSynced(changes: readonly Change[]): Promise<void>;
  /** Moves what the log holds to a table file, so that a copy and its replay have little to do. Writes may go on meanwhile. */
  shrinkLog?(): Promise<void>;
  /**
   * Rewrites what lies from one key up to another without what was deleted there, where that takes much room: a range read
   * passes everything that was deleted since. Reads and writes may go on meanwhile.
   */
  dropDeleted?(from: Key, to: Key): Promise<void>;
  close(): Promise<void>;
}

export interface KeyValueEngineOptions {
  /** Bytes of changes kept in memory (and in the log to replay at open) before they go to a table file. */
  readonly writeBufferBytes: number;
  /** Nothing of it has to survive anything: `writeSynced` need not wait for the disk. */
  readonly isScratch?: boolean;
}

export interface KeyValueEngineFactory {
  /**
   * Opens (creates where the directory is empty or missing) the engine in `directory`. Rejects with a StableAreaError
   * STABLE_AREA_CORRUPT where the engine itself finds that something is missing or damaged.
   */
  open(directory: string, options: KeyValueEngineOptions): Promise<KeyValueEngine>;
  /**
   * Copies a closed or still written engine directory into the empty folder `to` so that it opens there with
   * everything that was synced before the call, and shares with the original only files that neither will ever
   * change (DESIGN "Claim"). Resolves false when a file vanished meanwhile: empty `to` and start again.
   */
  copy(from: string, to: string): Promise<boolean>;
  /** How many bytes {@link copy} would write now; an open replays and writes about as many again. */
  copiedBytes(directory: string): Promise<number>;
}
