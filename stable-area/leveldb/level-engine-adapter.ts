import { strict as assert } from 'node:assert';
import { Level } from 'level';
import type { Folder } from '../../environment/folder.ts';
import type {
  KeyValueEngine,
  KeyValueEngineFactory,
  KeyValueEngineOptions,
} from '../key-value-engine.ts';
import { keyBytes, paPrefix, systemPrefix } from '../keys.ts';
import { keyBytesMax } from '../limits.ts';
import {
  type Change,
  type Key,
  type KeyRange,
  StableAreaError,
  type StoredRecord,
} from '../stable-area.ts';
import { copiedBytes, copyLevelDirectory, type TablesToLink } from './copy.ts';
import { currentName } from './file-names.ts';

/** In Node a `Level` is a `ClassicLevel`, which its type does not say. */
type Database = Level<Buffer, Buffer> & {
  approximateSize(start: Buffer, end: Buffer): Promise<number>;
  compactRange(start: Buffer, end: Buffer): Promise<void>;
};

/** Blocks that one step of a range read takes from LevelDB, so that a long range needs few trips to the thread pool. */
const rangeStepBytes = 256 * 1024;

export interface LevelEngineSettings {
  readonly folder: Folder;
  /** Uncompressed blocks kept in memory. Records that are in use are kept above, by the record store. */
  readonly blockCacheBytes?: number;
  /** For the torture test alone; see copy.ts. */
  readonly tablesToLink?: TablesToLink;
}

/** Some 20,000 deleted keys, which a range read passes in 2 ms. */
const droppedBytesMin = 512 * 1024;

const lentBytes = Buffer.alloc(keyBytesMax);
/** Its beginnings, by their length. */
const lentViews: Buffer[] = [];

/** No key is empty. */
const beforeAllKeys = Buffer.alloc(0);

const defaultBlockCacheBytes = 16 * 1024 * 1024;

/** LevelDB, through the package `level`. */
export function createLevelEngineFactory(settings: LevelEngineSettings): KeyValueEngineFactory {
  const { folder, blockCacheBytes = defaultBlockCacheBytes, tablesToLink } = settings;
  return {
    open: (directory, options) => openLevel(directory, options, folder, blockCacheBytes),
    copy: (from, to) => copyLevelDirectory(folder.inTurn ?? folder, from, to, tablesToLink),
    copiedBytes: (directory) => copiedBytes(folder, directory),
  };
}

async function openLevel(
  directory: string,
  { writeBufferBytes, isScratch = false }: KeyValueEngineOptions,
  folder: Folder,
  blockCacheBytes: number,
): Promise<KeyValueEngine> {
  const inTurn = folder.inTurn ?? folder;
  const exists = (await inTurn.status(directory)) !== undefined;
  const names = exists ? await inTurn.list(directory) : [];
  const isNew = names.length === 0;
  // LevelDB makes an empty database where CURRENT is missing, tables or not: that must not pass for the area.
  if (!isNew && !names.includes(currentName)) {
    throw new StableAreaError('STABLE_AREA_CORRUPT', `${directory} has lost its ${currentName}`);
  }
  const database = new Level<Buffer, Buffer>(directory, {
    keyEncoding: 'buffer',
    valueEncoding: 'buffer',
    createIfMissing: isNew,
    errorIfExists: isNew,
    writeBufferSize: writeBufferBytes,
    cacheSize: blockCacheBytes,
    // Small records with checksums compress badly, and a table that is only mapped is read without a copy.
    compression: false,
  }) as Database;
  try {
    await database.open();
  } catch (error) {
    throw openError(directory, error);
  }
  return new LevelEngine(database, !isScratch);
}

class LevelEngine implements KeyValueEngine {
  readonly #database: Database;
  readonly #sync: boolean;

  constructor(database: Database, sync: boolean) {
    this.#database = database;
    this.#sync = sync;
  }

  async getMany(keys: readonly Key[]): Promise<(Uint8Array | undefined)[]> {
    return this.#database.getMany(keys.map(keyBytes)).catch(refuseCorruption);
  }

  getNow(key: Key): Uint8Array | undefined {
    return this.#database.getSync(keyBytes(key));
  }

  async range({ from, to, limit, reverse = false }: KeyRange): Promise<StoredRecord[]> {
    const entries = await this.#database
      .iterator({
        gte: keyBytes(from),
        lt: keyBytes(to),
        limit,
        reverse,
        highWaterMarkBytes: rangeStepBytes,
      })
      .all()
      .catch(refuseCorruption);
    return entries.map(([key, value]) => ({ key: key.toString('latin1'), value }));
  }

  // A chained batch: one that is given as an array is cloned, change by change, and costs some 15 times as much.
  async writeSynced(changes: readonly Change[]): Promise<void> {
    const batch = this.#database.batch();
    for (const { key, value } of changes) {
      if (value === undefined) batch.del(lentKeyBytes(key));
      else batch.put(lentKeyBytes(key), asBuffer(value));
    }
    await batch.write({ sync: this.#sync });
  }

  /**
   * First all young tables are merged (each holds some key of the stable area itself): four of them, and the open of a copy
   * would begin with that. Then LevelDB empties its buffer once more, as it does before it compacts anything.
   */
  async shrinkLog(): Promise<void> {
    await this.#database.compactRange(keyBytes(systemPrefix), keyBytes(paPrefix));
    await this.#database.compactRange(beforeAllKeys, beforeAllKeys);
  }

  async dropDeleted(from: Key, to: Key): Promise<void> {
    const [start, end] = [keyBytes(from), keyBytes(to)];
    const bytes = await this.#database.approximateSize(start, end);
    if (bytes >= droppedBytesMin) await this.#database.compactRange(start, end);
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

/** The bytes of a key until the next one's are asked for: the batch takes a copy, so nothing has to be made for each. */
function lentKeyBytes(key: Key): Buffer {
  const { length } = key;
  let all = 0;
  for (let index = 0; index < length; index += 1) {
    const code = key.charCodeAt(index);
    lentBytes[index] = code;
    all |= code;
  }
  assert(length <= keyBytesMax && all <= 0xff, 'each character of a key is a byte');
  return (lentViews[length] ??= lentBytes.subarray(0, length));
}

function asBuffer(bytes: Uint8Array): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function refuseCorruption(error: unknown): never {
  const isCorruption =
    error instanceof Error && 'code' in error && error.code === 'LEVEL_CORRUPTION';
  if (!isCorruption) throw error;
  throw new StableAreaError('STABLE_AREA_CORRUPT', error.message, { cause: error });
}

/** `level` says LEVEL_DATABASE_NOT_OPEN, and what was wrong in its cause. */
function openError(directory: string, error: unknown): StableAreaError {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const what = cause instanceof Error ? cause.message : String(cause);
  return new StableAreaError(
    code === 'LEVEL_CORRUPTION' ? 'STABLE_AREA_CORRUPT' : 'STABLE_AREA_IO',
    `LevelDB cannot open ${directory}: ${what}`,
    { cause },
  );
}
