import type { Key } from '../stable-area.ts';
import type { Table } from './record-store.ts';

/** What an entry costs in memory beside the characters of its key and its value: itself, its place in a map, the key's head. */
const entryOverheadBytes = 210;
/** A decoded value takes about so many times its encoded bytes: numbers of 4 bytes become slots of 8, times become objects. */
const decodedShare = 2.5;

/**
 * One record in memory. `known` tells whether `value` is what the record holds (undefined: there is none, a negative
 * entry); an unknown entry only holds a place for a load under way or for a change that is being staged.
 */
export interface CacheEntry {
  readonly table: Table<unknown>;
  readonly key: Key;
  value: unknown;
  known: boolean;
  /** The batch that holds `value`; 0 when it was loaded. While it is not durable the entry is dirty and stays. */
  batch: number;
  sizeBytes: number;
  /** Calls that need the entry to stay, and the load under way. */
  pins: number;
  load: Promise<void> | undefined;
  /** The change of the procedure that executes now. */
  staged: boolean;
  stagedValue: unknown;
  /** Looked at since the hand of the clock passed. */
  referenced: boolean;
  older: CacheEntry | undefined;
  newer: CacheEntry | undefined;
}

/** Content is kept as the bytes that it is. */
function sizeShareOf(table: Table<unknown>): number {
  return table.isTransient === true ? 1 : decodedShare;
}

/** The records of one table. */
interface CachedTable {
  readonly table: Table<unknown>;
  readonly entries: Map<Key, CacheEntry>;
  /** Of a counted table: how many records of each list are here, those that are known not to exist left out. */
  readonly present: Map<Key, number>;
}

/** Records in memory, evicted by the clock algorithm once they take more than `bytesMax` bytes. */
export class RecordCache {
  /** A service has a dozen tables: to compare them one by one takes less than to look for one in a map. */
  readonly #tables: CachedTable[] = [];
  readonly #bytesMax: number;
  #bytes = 0;
  #count = 0;
  #oldest: CacheEntry | undefined;
  #newest: CacheEntry | undefined;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get sizeBytes(): number {
    return this.#bytes;
  }

  get entries(): number {
    return this.#count;
  }

  find(table: Table<unknown>, key: Key): CacheEntry | undefined {
    return this.#tableOf(table).entries.get(key);
  }

  /** The entry, made as an unknown one where there is none. */
  obtain(table: Table<unknown>, key: Key): CacheEntry {
    const { entries } = this.#tableOf(table);
    const found = entries.get(key);
    if (found !== undefined) return found;
    const entry: CacheEntry = {
      table,
      key,
      value: undefined,
      known: false,
      batch: 0,
      sizeBytes: key.length + entryOverheadBytes,
      pins: 0,
      load: undefined,
      staged: false,
      stagedValue: undefined,
      referenced: true,
      older: undefined,
      newer: undefined,
    };
    entries.set(key, entry);
    this.#bytes += entry.sizeBytes;
    this.#count += 1;
    this.#append(entry);
    return entry;
  }

  /**
   * Whether a record is known not to exist although it is not here: all records of its list are. The newest batch that
   * this was derived from, or undefined where it is not known.
   */
  absentBatch(table: Table<unknown>, key: Key): number | undefined {
    const { counted } = table;
    if (counted === undefined) return undefined;
    const listKey = key.slice(0, counted.listKeyBytes);
    const counter = this.find(counted.table, listKey);
    if (counter?.known !== true || counter.value === undefined) return undefined;
    const count = counted.countOf(counter.value);
    const present = this.#tableOf(table).present.get(listKey) ?? 0;
    return count === present ? counter.batch : undefined;
  }

  /** Says what the record holds now, and how many bytes that has. */
  set(entry: CacheEntry, value: unknown, batch: number, valueBytes: number): void {
    this.#countPresent(entry, -1);
    entry.value = value;
    entry.known = true;
    entry.batch = batch;
    this.#countPresent(entry, 1);
    const sizeBytes =
      entry.key.length + entryOverheadBytes + Math.round(valueBytes * sizeShareOf(entry.table));
    this.#bytes += sizeBytes - entry.sizeBytes;
    entry.sizeBytes = sizeBytes;
  }

  /** Forgets a placeholder that nobody needs any more, or a durable value that is not to stay. */
  dropIfUnused(entry: CacheEntry, durableBatch: number): void {
    if (entry.pins > 0 || entry.load !== undefined || entry.staged) return;
    const isOver = entry.table.isTransient === true && entry.batch <= durableBatch;
    if ((isOver || !entry.known) && this.find(entry.table, entry.key) === entry)
      this.#remove(entry);
  }

  /** Evicts until the limit holds, or until every entry was looked at once: what is dirty or pinned stays. */
  evict(durableBatch: number): void {
    for (let looks = 2 * this.#count; looks > 0 && this.#bytes > this.#bytesMax; looks -= 1) {
      const entry = this.#oldest;
      if (entry === undefined) return;
      const stays =
        entry.pins > 0 || entry.load !== undefined || entry.staged || entry.batch > durableBatch;
      if (stays || entry.referenced) {
        entry.referenced = false;
        this.#unlink(entry);
        this.#append(entry);
      } else {
        this.#remove(entry);
      }
    }
  }

  /** Counts a record of a counted table, if it is there. */
  #countPresent({ table, key, known, value }: CacheEntry, by: 1 | -1): void {
    const { counted } = table;
    if (counted === undefined || !known || value === undefined) return;
    const lists = this.#tableOf(table).present;
    const listKey = key.slice(0, counted.listKeyBytes);
    const count = (lists.get(listKey) ?? 0) + by;
    if (count === 0) lists.delete(listKey);
    else lists.set(listKey, count);
  }

  #remove(entry: CacheEntry): void {
    this.#countPresent(entry, -1);
    this.#unlink(entry);
    this.#tableOf(entry.table).entries.delete(entry.key);
    this.#bytes -= entry.sizeBytes;
    this.#count -= 1;
    // V8 makes each table of an old map anew among the old objects; the one before is garbage that keeps what was in it, until
    // the whole heap is looked through: not with 64 KiB on each entry.
    entry.value = undefined;
    entry.known = false;
  }

  #tableOf(table: Table<unknown>): CachedTable {
    for (const cached of this.#tables) if (cached.table === table) return cached;
    const made = { table, entries: new Map<Key, CacheEntry>(), present: new Map<Key, number>() };
    this.#tables.push(made);
    return made;
  }

  #append(entry: CacheEntry): void {
    entry.older = this.#newest;
    entry.newer = undefined;
    if (this.#newest === undefined) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
  }

  #unlink(entry: CacheEntry): void {
    if (entry.older === undefined) this.#oldest = entry.newer;
    else entry.older.newer = entry.newer;
    if (entry.newer === undefined) this.#newest = entry.older;
    else entry.newer.older = entry.older;
    entry.older = undefined;
    entry.newer = undefined;
  }
}
