import type { Change, Key, KeyRange, StoredRecord } from '../stable-area.ts';
import { firstNotBelow } from '../sorted.ts';

/** Records in the order of their keys. Keys are strings of bytes, so the order of strings is that of bytes. */
export class MemoryRecords {
  readonly #values: Map<Key, Uint8Array>;
  /** All keys in order; undefined when keys came or went since it was made. */
  #sortedKeys: Key[] | undefined;

  constructor(values: Iterable<readonly [Key, Uint8Array]> = []) {
    this.#values = new Map(values);
  }

  copy(): MemoryRecords {
    return new MemoryRecords(this.#values);
  }

  get(key: Key): Uint8Array | undefined {
    return this.#values.get(key);
  }

  apply(changes: readonly Change[]): void {
    for (const { key, value } of changes) {
      if (value === undefined) {
        if (this.#values.delete(key)) this.#sortedKeys = undefined;
      } else {
        if (!this.#values.has(key)) this.#sortedKeys = undefined;
        this.#values.set(key, value);
      }
    }
  }

  range({ from, to, limit, reverse = false }: KeyRange): StoredRecord[] {
    const keys = (this.#sortedKeys ??= [...this.#values.keys()].sort(byCode));
    const start = firstNotBelow(keys, (key) => key < from);
    const end = Math.max(
      start,
      firstNotBelow(keys, (key) => key < to),
    );
    const found = reverse
      ? keys.slice(Math.max(start, end - limit), end).reverse()
      : keys.slice(start, Math.min(end, start + limit));
    return found.map((key) => ({ key, value: this.#values.get(key) ?? new Uint8Array() }));
  }
}

function byCode(a: Key, b: Key): number {
  return a < b ? -1 : 1;
}
