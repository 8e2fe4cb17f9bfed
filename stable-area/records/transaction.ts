import { strict as assert } from 'node:assert';
import type { ReadUse } from '../../environment/folder.ts';
import type { Holder, Key } from '../stable-area.ts';
import type { CacheEntry, RecordCache } from './cache.ts';
import type { ListCache, ListGap } from './list-cache.ts';
import type { Table, TableRange, TableRecord, Transaction, WantedRecord } from './record-store.ts';

/** A range that a procedure asked for and that must be loaded. */
export interface RangeNeed {
  readonly id: string;
  readonly table: Table<unknown>;
  readonly range: TableRange;
}

/** What one call has fetched so far; lives from its first execution to its last. */
export interface CallNeeds {
  /** Pinned entries: they stay in memory until the call ends, so that each execution gets further than the last. */
  readonly pinned: Set<CacheEntry>;
  readonly ranges: Map<string, readonly TableRecord<unknown>[]>;
}

/** Thrown through a procedure that must be executed again; not an Error, since nothing is wrong. */
export class NeedMoreRecords {
  readonly entries: CacheEntry[] = [];
  range: RangeNeed | undefined;
  gap: ListGap | undefined;
}

/** A change of a record that is not kept in memory by itself; `value` undefined deletes it. */
export interface UnkeptChange {
  readonly table: Table<unknown>;
  readonly key: Key;
  readonly value: unknown;
}

/**
 * The one transaction of a store: procedures are synchronous, so no two ever execute at the same time. Changes are
 * staged on the cache's entries, and applied or abandoned when the procedure ends.
 */
export class StagedTransaction implements Transaction {
  readonly #cache: RecordCache;
  readonly #lists: ListCache;
  readonly #holder: Pick<Holder, 'getNow' | 'lookNow'>;
  /** Values of transient tables that this execution has read; by prefix and key. Made anew: see `RecordCache` about old maps. */
  #transients: Map<Key, unknown> | undefined;
  #needs: CallNeeds | undefined;
  /** What the procedure says that it is going to read. */
  #expected: (() => readonly WantedRecord[]) | undefined;
  #active = false;
  readonly staged: CacheEntry[] = [];
  /** Of tables that are read by ranges only, in the order in which they were made. */
  readonly unkept: UnkeptChange[] = [];
  /** The newest batch that anything read belongs to. */
  batch = 0;
  #readsOnly = false;

  constructor(cache: RecordCache, lists: ListCache, holder: Pick<Holder, 'getNow' | 'lookNow'>) {
    this.#cache = cache;
    this.#lists = lists;
    this.#holder = holder;
  }

  begin(needs: CallNeeds | undefined): void {
    assert(!this.#active, 'a procedure executed another one');
    assert(this.staged.length === 0 && this.unkept.length === 0);
    this.#active = true;
    this.#needs = needs;
    this.#readsOnly = false;
    this.batch = 0;
  }

  /** Ends the execution; what is staged stays staged for the store to apply or abandon. */
  end(): void {
    this.#active = false;
    this.#needs = undefined;
    this.#expected = undefined;
    this.#transients = undefined;
  }

  /** What was read so far may not lead to a change. */
  get readsOnly(): boolean {
    return this.#readsOnly;
  }

  get<V>(table: Table<V>, key: Key): V | undefined {
    assert(this.#active, 'a transaction was used after its procedure had ended');
    assert(table.rangesOnly !== true, 'a record that is read by ranges only');
    const entry = this.#cache.find(table, key);
    if (entry?.staged === true) return entry.stagedValue as V | undefined;
    if (entry?.known !== true) {
      if (this.#isAbsent(table, key)) return undefined;
      if (table.isTransient === true) return this.#transient(table, key);
      return this.#missing(table, key);
    }
    entry.referenced = true;
    if (entry.batch > this.batch) this.batch = entry.batch;
    return entry.value as V | undefined;
  }

  prefetch(wanted: readonly WantedRecord[]): void {
    this.#prefetch(wanted, 'kept');
  }

  expect(wanted: () => readonly WantedRecord[]): void {
    assert(this.#active, 'a transaction was used after its procedure had ended');
    this.#expected = wanted;
  }

  prefetchLent(wanted: readonly WantedRecord[]): void {
    this.#readsOnly = true;
    this.#prefetch(wanted, 'lent');
  }

  put<V>(table: Table<V>, key: Key, value: V): void {
    assert(value !== undefined, 'put needs a value; delete removes');
    this.#stage(table, key, value);
  }

  delete<V>(table: Table<V>, key: Key): void {
    this.#stage(table, key, undefined);
  }

  range<V>(table: Table<V>, range: TableRange): readonly TableRecord<V>[] {
    assert(this.#active, 'a transaction was used after its procedure had ended');
    this.#readsOnly = true;
    if (table.listKeyBytes !== undefined && range.reverse !== true) {
      return this.#listed(table, range) as readonly TableRecord<V>[];
    }
    const id = JSON.stringify([table.prefix, range.from, range.to, range.limit, range.reverse]);
    const records = this.#needs?.ranges.get(id);
    if (records !== undefined) return records as readonly TableRecord<V>[];
    const need = new NeedMoreRecords();
    need.range = { id, table, range };
    return leave(need);
  }

  /** Together with what is expected, where it was not looked for yet. */
  #missing<V>(table: Table<V>, key: Key): V | undefined {
    const expected = this.#expected;
    this.#expected = undefined;
    if (expected !== undefined) this.#prefetch(expected(), 'kept');
    const entry = this.#cache.obtain(table, key);
    if (!entry.known && !this.#lookNow([entry])) return leaveFor(entry);
    return entry.value as V | undefined;
  }

  #prefetch(wanted: readonly WantedRecord[], use: ReadUse): void {
    assert(this.#active, 'a transaction was used after its procedure had ended');
    const missing = wanted.filter(({ table, key }) => {
      const entry = this.#cache.find(table, key);
      if (entry?.known !== true && entry?.staged !== true) return !this.#isAbsent(table, key);
      entry.referenced = true;
      return false;
    });
    if (missing.length === 0) return;
    const transient = missing.filter(({ table }) => table.isTransient === true);
    const isRead = transient.length > 0 && this.#readNow(transient, use);
    const need = new NeedMoreRecords();
    for (const { table, key } of missing) {
      if (isRead && table.isTransient === true) continue;
      need.entries.push(this.#cache.obtain(table, key));
    }
    if (need.entries.length === 0) return;
    if (transient.length === 0 && this.#lookNow(need.entries)) return;
    leave(need);
  }

  /**
   * No change of these is in memory, durable or not, so what is stored is what they hold. Where the bytes are not what they
   * should be they are left to the load, which has an owner for that.
   */
  #lookNow(entries: readonly CacheEntry[]): boolean {
    const keys = entries.map(({ table, key }) => table.prefix + key);
    const stored = this.#holder.lookNow?.(keys);
    if (stored === undefined) return false;
    const values: unknown[] = [];
    try {
      entries.forEach(({ table, key }, index) => {
        const bytes = stored[index];
        values.push(bytes && table.decode(bytes, key));
      });
    } catch {
      return false;
    }
    entries.forEach((entry, index) => {
      this.#cache.set(entry, values[index], 0, stored[index]?.length ?? 0);
    });
    return true;
  }

  #transient<V>(table: Table<V>, key: Key): V {
    const name = table.prefix + key;
    if (this.#transients?.has(name) !== true && !this.#readNow([{ table, key }], 'kept')) {
      return leaveFor(this.#cache.obtain(table, key));
    }
    return this.#transients?.get(name) as V;
  }

  /** No change of these is anywhere in memory, so what is durable is what they hold. */
  #readNow(wanted: readonly WantedRecord[], use: ReadUse): boolean {
    const keys = wanted.map(({ table, key }) => table.prefix + key);
    const values = this.#holder.getNow?.(keys, use);
    if (values === undefined) return false;
    wanted.forEach(({ table, key }, index) => {
      const bytes = values[index];
      assert(bytes !== undefined);
      this.#transients ??= new Map<Key, unknown>();
      this.#transients.set(table.prefix + key, table.decode(bytes, key));
    });
    return true;
  }

  /** Known by its list, without a load. What is staged for others of the list says nothing of this record. */
  #isAbsent(table: Table<unknown>, key: Key): boolean {
    const batch = this.#cache.absentBatch(table, key);
    if (batch === undefined) return false;
    if (batch > this.batch) this.batch = batch;
    return true;
  }

  #listed(table: Table<unknown>, range: TableRange): readonly TableRecord<unknown>[] {
    const found = this.#lists.find(table, range);
    if ('gap' in found) {
      const need = new NeedMoreRecords();
      need.gap = found.gap;
      return leave(need);
    }
    if (found.batch > this.batch) this.batch = found.batch;
    return found.records;
  }

  #stage(table: Table<unknown>, key: Key, value: unknown): void {
    assert(this.#active, 'a transaction was used after its procedure had ended');
    if (table.rangesOnly === true) {
      this.unkept.push({ table, key, value });
      return;
    }
    const entry = this.#cache.obtain(table, key);
    entry.stagedValue = value;
    if (!entry.staged) {
      entry.staged = true;
      this.staged.push(entry);
    }
  }
}

function leaveFor(entry: CacheEntry): never {
  const need = new NeedMoreRecords();
  need.entries.push(entry);
  leave(need);
}

function leave(need: NeedMoreRecords): never {
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- a signal to the store, not an error: no stack is wanted
  throw need;
}
