import type { Key } from '../stable-area.ts';

/**
 * A kind of record: its key prefix below the layer's own, and how a value goes to and comes from bytes. Values are
 * immutable by convention: a change is a new value.
 */
export interface Table<V> {
  /** Unique in the area; a byte string. No table's prefix begins with another's. */
  readonly prefix: Key;
  /** Asserts that the value is sound: it is our own state. */
  encode(value: V): Uint8Array;
  /** Asserts likewise. Throws a StableAreaError STABLE_AREA_FORMAT on a version that this code does not know. */
  decode(bytes: Uint8Array, key: Key): V;
  /** Read by ranges, never by `get`: what is written is not kept in memory record by record. */
  readonly rangesOnly?: boolean;
  /**
   * Large values, of the value log: each leaves memory when it is durable and no call needs it. The system has the file's
   * pages, and reading them costs less than the garbage collector's work for buffers that live long.
   */
  readonly isTransient?: boolean;
  /**
   * Of a `rangesOnly` table that consists of lists (the entries of each directory): so many bytes of a key name its list,
   * and each range lies within one. Lists that are read are kept in memory.
   */
  readonly listKeyBytes?: number;
  /** Set for a table whose lists are counted by another one's records: made by `countedBy`. */
  readonly counted?: CountedBy;
}

/**
 * How many records a list has, as another record says that is changed with them: so many bytes of a key name its list,
 * and are the whole key of the record that counts. Once as many are in memory, what is not there does not exist, and
 * nothing has to be loaded to know it.
 */
export interface CountedBy {
  readonly table: Table<unknown>;
  readonly listKeyBytes: number;
  /** Undefined: not a record that counts. */
  readonly countOf: (counter: unknown) => number | undefined;
}

export function countedBy<V>(
  table: Table<V>,
  listKeyBytes: number,
  countOf: (counter: V) => number | undefined,
): CountedBy {
  return { table, listKeyBytes, countOf: (counter) => countOf(counter as V) };
}

/** Keys within one table, without its prefix: from (inclusive) to (exclusive). */
export interface TableRange {
  readonly from: Key;
  readonly to: Key;
  readonly limit: number;
  readonly reverse?: boolean;
}

/** A record that is going to be read. */
export interface WantedRecord {
  readonly table: Table<unknown>;
  readonly key: Key;
}

export interface TableRecord<V> {
  readonly key: Key;
  readonly value: V;
}

/**
 * What a procedure sees of the records while it executes: synchronous, sees its own changes, and all or nothing. Where
 * a record is not in memory, `get` leaves the procedure by throwing a private signal; the store loads what is missing
 * and executes the procedure again from its beginning. So a procedure must be a pure function of its inputs and of
 * what it reads here, and must let unknown exceptions pass.
 */
export interface Transaction {
  get<V>(table: Table<V>, key: Key): V | undefined;
  /** Tells that these will be read, so that one load fetches them all. Leaves the procedure if any is missing. */
  prefetch(wanted: readonly WantedRecord[]): void;
  /**
   * The same for what is nearly always in memory: nothing is looked for, and `wanted` is not asked, before a `get` finds its
   * record missing.
   */
  expect(wanted: () => readonly WantedRecord[]): void;
  /**
   * The same for values of `isTransient` tables that go into the reply and nowhere else: their bytes may be something else once
   * the reply is sent (`ReadFile.readNow`). Only for procedures that change nothing.
   */
  prefetchLent(wanted: readonly WantedRecord[]): void;
  put<V>(table: Table<V>, key: Key, value: V): void;
  delete<V>(table: Table<V>, key: Key): void;
  /**
   * A consistent picture of a range, at least as new as everything that was executed when it was first asked for. Only
   * for procedures that change nothing: between it and a change other calls may have come.
   */
  range<V>(table: Table<V>, range: TableRange): readonly TableRecord<V>[];
}

/** What a procedure gave, and what must be durable before anybody may hear of it. */
export interface Executed<R> {
  readonly result: R;
  /** Everything that the result was derived from, and its own changes, is in batches up to this one. */
  readonly batch: number;
}

export interface RecordStore {
  /**
   * Executes the procedure and commits its changes in the same turn, atomically. Returns at once when every record
   * was in memory, otherwise a promise. An exception of the procedure changes nothing and is passed on. Rejects with
   * STABLE_AREA_LOST when the holder is lost.
   */
  execute<R>(procedure: (transaction: Transaction) => R): Executed<R> | Promise<Executed<R>>;
}
