import { strict as assert } from 'node:assert';
import { keyBytesMax } from '../../../stable-area/limits.ts';
import type {
  Table,
  TableRange,
  TableRecord,
  Transaction,
  WantedRecord,
} from '../../../stable-area/records/record-store.ts';
import type { Key } from '../../../stable-area/stable-area.ts';

/** Thrown through a procedure, as by the real store, where a record is not loaded yet. */
class Missing {
  readonly keys: readonly Key[];
  constructor(keys: readonly Key[]) {
    this.keys = keys;
  }
}

interface Loaded {
  readonly table: Table<unknown>;
  readonly value: unknown;
}

/**
 * The smallest record store: bytes in a map. Every call starts with nothing loaded, so each value that it sees went
 * through its table's bytes, and each procedure is executed again for every record that it did not prefetch.
 */
export class MemoryRecords {
  readonly stored = new Map<Key, Uint8Array>();
  /** True: as where everything is in memory, a procedure is executed once. */
  isWarm = false;
  /** What stored bytes say, decoded once: values are immutable. */
  readonly #decoded = new WeakMap<Uint8Array, unknown>();
  /** Of the last call. */
  changes = 0;
  executions = 0;

  execute<R>(procedure: (transaction: Transaction) => R): R {
    const loaded = new Map<Key, Uint8Array | undefined>();
    this.executions = 0;
    for (;;) {
      this.executions += 1;
      if (this.executions > 1000) throw new Error('a procedure asks for more and more');
      const transaction = new MemoryTransaction(
        this.isWarm ? this.stored : loaded,
        this.stored,
        this.#decoded,
      );
      try {
        const result = procedure(transaction);
        this.#apply(transaction);
        return result;
      } catch (signal) {
        if (!(signal instanceof Missing)) throw signal;
        for (const key of signal.keys) loaded.set(key, this.stored.get(key));
      }
    }
  }

  #apply(transaction: MemoryTransaction): void {
    const changes = [...transaction.changed].map(([key, { table, value }]) => ({
      key,
      bytes: value === undefined ? undefined : table.encode(value),
    }));
    if (transaction.ranged && changes.length > 0)
      throw new Error('a reader of ranges, or of what is lent, changed something');
    this.changes = changes.length;
    for (const { key, bytes } of changes) {
      if (bytes === undefined) this.stored.delete(key);
      // Copied, so that whoever goes on writing into what it gave is found out.
      else this.stored.set(key, Buffer.from(bytes));
    }
  }
}

class MemoryTransaction implements Transaction {
  readonly changed = new Map<Key, Loaded>();
  ranged = false;
  readonly #loaded: ReadonlyMap<Key, Uint8Array | undefined>;
  readonly #stored: ReadonlyMap<Key, Uint8Array>;
  readonly #decoded: WeakMap<Uint8Array, unknown>;

  constructor(
    loaded: ReadonlyMap<Key, Uint8Array | undefined>,
    stored: ReadonlyMap<Key, Uint8Array>,
    decoded: WeakMap<Uint8Array, unknown>,
  ) {
    this.#loaded = loaded;
    this.#stored = stored;
    this.#decoded = decoded;
  }

  get<V>(table: Table<V>, key: Key): V | undefined {
    const full = table.prefix + key;
    const change = this.changed.get(full);
    if (change !== undefined) return change.value as V | undefined;
    this.#demand([full]);
    const bytes = this.#loaded.get(full);
    if (bytes === undefined) return undefined;
    if (!this.#decoded.has(bytes)) this.#decoded.set(bytes, table.decode(bytes, key));
    return this.#decoded.get(bytes) as V;
  }

  prefetch(wanted: readonly WantedRecord[]): void {
    this.#demand(wanted.map(({ table, key }) => table.prefix + key));
  }

  expect(wanted: () => readonly WantedRecord[]): void {
    this.prefetch(wanted());
  }

  prefetchLent(wanted: readonly WantedRecord[]): void {
    this.ranged = true;
    this.prefetch(wanted);
  }

  put<V>(table: Table<V>, key: Key, value: V): void {
    this.changed.set(table.prefix + key, { table: table, value });
  }

  delete<V>(table: Table<V>, key: Key): void {
    this.changed.set(table.prefix + key, { table: table, value: undefined });
  }

  range<V>(table: Table<V>, { from, to, limit, reverse }: TableRange): readonly TableRecord<V>[] {
    this.ranged = true;
    const { prefix } = table;
    const keys = [...this.#stored.keys()]
      .filter((key) => key >= prefix + from && key < prefix + to)
      .sort();
    if (reverse === true) keys.reverse();
    return keys.slice(0, limit).map((key) => ({
      key: key.slice(prefix.length),
      value: table.decode(this.#stored.get(key) ?? Buffer.alloc(0), key.slice(prefix.length)),
    }));
  }

  #demand(keys: readonly Key[]): void {
    for (const key of keys) assert(key.length <= keyBytesMax, 'a key that no area takes');
    if (this.#loaded === this.#stored) return;
    const missing = keys.filter((key) => !this.#loaded.has(key) && !this.changed.has(key));
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- a signal to the store, not an error
    if (missing.length > 0) throw new Missing(missing);
  }
}
