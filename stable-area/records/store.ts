import { strict as assert } from 'node:assert';
import type { Change, Key } from '../stable-area.ts';
import { type CacheEntry, RecordCache } from './cache.ts';
import { type HolderWatch, lostError } from './holder-watch.ts';
import { ListCache, type ListGap } from './list-cache.ts';
import { LoadGate } from './load-gate.ts';
import type { Executed, RecordStore, Table, TableRecord, Transaction } from './record-store.ts';
import {
  type CallNeeds,
  NeedMoreRecords,
  type RangeNeed,
  StagedTransaction,
  type UnkeptChange,
} from './transaction.ts';

export interface RecordStoreLimits {
  /** Bytes of records kept in memory. Dirty and needed ones stay even above it. */
  readonly cacheBytesMax: number;
}

/** Share of the cache that lists may take. */
const listShare = 0.25;

export const defaultRecordStoreLimits: RecordStoreLimits = { cacheBytesMax: 48 * 1024 * 1024 };

/** Of loads under way, together. Each takes the event loop some 50 µs when it comes, with the work for which it was loaded. */
const loadedRecordsMax = 1_024;

/** More executions than this mean a procedure whose needs never end: a bug. */
const executionsMax = 10_000;

export interface RecordStoreStatistics {
  readonly cacheBytes: number;
  readonly cacheEntries: number;
  readonly loads: number;
  readonly repeatedExecutions: number;
}

/** A record store over one holder. A process that claims again makes a new one: memory of an earlier epoch is void. */
export function createRecordStore(
  watch: HolderWatch,
  limits: RecordStoreLimits = defaultRecordStoreLimits,
): RecordStore & { statistics(): RecordStoreStatistics } {
  const { holder } = watch;
  const lists = new ListCache(limits.cacheBytesMax * listShare);
  const cache = new RecordCache(limits.cacheBytesMax * (1 - listShare));
  const transaction = new StagedTransaction(cache, lists, holder);
  /** Written, and to leave once durable; in the order of their batches. */
  const leaving: { readonly entry: CacheEntry; readonly batch: number }[] = [];
  const listLoads = new Map<Key, Promise<void>>();
  const gate = new LoadGate(loadedRecordsMax);
  let loads = 0;
  let repeatedExecutions = 0;

  function attempt<R>(
    procedure: (transaction: Transaction) => R,
    needs: CallNeeds | undefined,
  ): Executed<R> | NeedMoreRecords {
    transaction.begin(needs);
    let result: R;
    let changes: Change[];
    try {
      result = procedure(transaction);
      assert(
        !transaction.readsOnly || transaction.staged.length + transaction.unkept.length === 0,
        'a procedure that reads a range, or what is lent to it, may change nothing',
      );
      changes = encodeChanges(transaction.staged, transaction.unkept);
    } catch (signal) {
      abandonStaged();
      if (signal instanceof NeedMoreRecords) return signal;
      throw signal;
    } finally {
      transaction.end();
    }
    if (changes.length === 0) return { result, batch: transaction.batch };
    return { result, batch: applyStaged(changes) };
  }

  function abandonStaged(): void {
    for (const entry of transaction.staged) {
      entry.staged = false;
      entry.stagedValue = undefined;
      cache.dropIfUnused(entry, holder.durableBatch);
    }
    transaction.staged.length = 0;
    transaction.unkept.length = 0;
  }

  function applyStaged(changes: readonly Change[]): number {
    const batch = holder.commit(changes);
    transaction.staged.forEach((entry, index) => {
      cache.set(entry, entry.stagedValue, batch, changes[index]?.value?.length ?? 0);
      if (entry.table.isTransient === true) leaving.push({ entry, batch });
      entry.referenced = true;
      entry.staged = false;
      entry.stagedValue = undefined;
    });
    const kept = transaction.staged.length;
    transaction.unkept.forEach(({ table, key, value }, index) => {
      if (table.listKeyBytes === undefined) return;
      lists.change(table, key, value, changes[kept + index]?.value?.length ?? 0, batch);
    });
    transaction.staged.length = 0;
    transaction.unkept.length = 0;
    cache.evict(holder.durableBatch);
    return batch;
  }

  function load(entries: readonly CacheEntry[]): Promise<void> {
    loads += 1;
    const keys = entries.map((entry) => entry.table.prefix + entry.key);
    const loading = gate
      .run(keys.length, () => holder.getMany(keys))
      .then(
        (values) => {
          // All of them first: one may not be readable, and the others are looked for again then.
          for (const entry of entries) entry.load = undefined;
          entries.forEach((entry, index) => {
            // A change executed since the load began is newer than what was loaded, durable or not.
            if (entry.known) return;
            const bytes = values[index];
            const value = bytes && entry.table.decode(bytes, entry.key);
            cache.set(entry, value, 0, bytes?.length ?? 0);
          });
        },
        (error: unknown) => {
          for (const entry of entries) entry.load = undefined;
          throw error;
        },
      );
    for (const entry of entries) entry.load = loading;
    return loading;
  }

  async function fetch(need: NeedMoreRecords, needs: CallNeeds): Promise<void> {
    const fresh: CacheEntry[] = [];
    const waits: Promise<void>[] = [];
    for (const entry of need.entries) {
      if (!needs.pinned.has(entry)) {
        needs.pinned.add(entry);
        entry.pins += 1;
      }
      if (entry.load !== undefined) waits.push(entry.load);
      else if (!entry.known) fresh.push(entry);
    }
    if (fresh.length > 0) waits.push(load(fresh));
    if (need.range !== undefined) waits.push(loadRange(need.range, needs));
    if (need.gap !== undefined) waits.push(loadListOnce(need.gap));
    await Promise.all(waits);
  }

  async function loadRange(need: RangeNeed, needs: CallNeeds): Promise<void> {
    // What was executed before now may have been seen by this call in memory: the picture must not be older.
    await watch.whenDurable(holder.lastBatch);
    const { prefix } = need.table;
    const { from, to, limit, reverse = false } = need.range;
    const stored = await holder.range({ from: prefix + from, to: prefix + to, limit, reverse });
    const records = stored.map(({ key, value }): TableRecord<unknown> => {
      const own = key.slice(prefix.length);
      return { key: own, value: need.table.decode(value, own) };
    });
    needs.ranges.set(need.id, records);
  }

  /**
   * Calls that need the same part of a list share one load: what it brings is as of its end, whenever they began. Where
   * one needs more than the load was begun for, it finds the rest missing and asks again.
   */
  function loadListOnce(gap: ListGap): Promise<void> {
    const id = gap.table.prefix + gap.from;
    const running = listLoads.get(id);
    if (running !== undefined) return running;
    const loading = loadList(gap).finally(() => listLoads.delete(id));
    listLoads.set(id, loading);
    return loading;
  }

  async function loadList(gap: ListGap): Promise<void> {
    const { prefix } = gap.table;
    const limit = lists.loadedRecordsMax;
    const range = { from: prefix + gap.from, to: prefix + gap.to, limit };
    // First, so that no change falls between what is noted and what is waited for.
    const listLoad = lists.begin(gap);
    try {
      await watch.whenDurable(holder.lastBatch);
      const stored = await gate.run(limit, () => holder.range(range));
      let bytes = 0;
      const records = stored.map(({ key, value }): TableRecord<unknown> => {
        const own = key.slice(prefix.length);
        bytes += value.length;
        return { key: own, value: gap.table.decode(value, own) };
      });
      lists.install(listLoad, records, bytes, stored.length < limit);
    } catch (error) {
      lists.abandon(listLoad);
      throw error;
    }
  }

  async function executeWithLoads<R>(
    procedure: (transaction: Transaction) => R,
    first: NeedMoreRecords,
  ): Promise<Executed<R>> {
    const needs: CallNeeds = { pinned: new Set(), ranges: new Map() };
    let need = first;
    try {
      for (let executions = 1; executions < executionsMax; executions += 1) {
        await fetch(need, needs);
        refuseWhenLost();
        repeatedExecutions += 1;
        const outcome = attempt(procedure, needs);
        if (!(outcome instanceof NeedMoreRecords)) return outcome;
        need = outcome;
      }
      throw new Error(`a procedure asked for more records ${executionsMax} times`);
    } finally {
      for (const entry of needs.pinned) {
        entry.pins -= 1;
        cache.dropIfUnused(entry, holder.durableBatch);
      }
      cache.evict(holder.durableBatch);
    }
  }

  watch.onDurable((durableBatch) => {
    const still = leaving.findIndex(({ batch }) => batch > durableBatch);
    const gone = leaving.splice(0, still < 0 ? leaving.length : still);
    for (const { entry } of gone) cache.dropIfUnused(entry, durableBatch);
  });

  function refuseWhenLost(): void {
    if (holder.loss !== undefined) throw lostError(holder.loss);
  }

  return {
    execute(procedure) {
      refuseWhenLost();
      const outcome = attempt(procedure, undefined);
      return outcome instanceof NeedMoreRecords ? executeWithLoads(procedure, outcome) : outcome;
    },
    statistics() {
      return {
        cacheBytes: cache.sizeBytes + lists.sizeBytes,
        cacheEntries: cache.entries,
        loads,
        repeatedExecutions,
      };
    },
  };
}

function encodeChanges(staged: readonly CacheEntry[], unkept: readonly UnkeptChange[]): Change[] {
  const changes: Change[] = [];
  for (const { table, key, stagedValue } of staged) {
    changes.push(encodeChange(table, key, stagedValue));
  }
  for (const { table, key, value } of unkept) changes.push(encodeChange(table, key, value));
  return changes;
}

function encodeChange(table: Table<unknown>, key: Key, value: unknown): Change {
  const encoded = value === undefined ? undefined : table.encode(value);
  return { key: table.prefix + key, value: encoded };
}
