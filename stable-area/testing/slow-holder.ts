import type { Change, Holder, HolderLoss, KeyRange, StoredRecord } from '../stable-area.ts';

/** A holder whose loads and syncs end when the test says so. */
export class SlowHolder {
  readonly stored = new Map<string, Uint8Array>();
  readonly #waiting: { batch: number; changes: readonly Change[] }[] = [];
  readonly #loads: (() => void)[] = [];
  getManyCalls = 0;
  rangeCalls = 0;
  durableBatch = 0;
  lastBatch = 0;
  loss: HolderLoss | undefined;
  onDurable: ((batch: number) => void) | undefined;
  onLoss: ((loss: HolderLoss) => void) | undefined;
  getNow: Holder['getNow'];
  /** Whether records can be looked at in the calling turn. */
  isQuick = false;

  commit(changes: readonly Change[]): number {
    this.lastBatch += 1;
    this.#waiting.push({ batch: this.lastBatch, changes });
    return this.lastBatch;
  }

  getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    this.getManyCalls += 1;
    // LevelDB reads a snapshot taken when the load begins.
    const values = keys.map((key) => this.stored.get(key));
    return new Promise((resolve) =>
      this.#loads.push(() => {
        resolve(values);
      }),
    );
  }

  lookNow(keys: readonly string[]): (Uint8Array | undefined)[] | undefined {
    return this.isQuick ? keys.map((key) => this.stored.get(key)) : undefined;
  }

  range({ from, to, limit }: KeyRange): Promise<StoredRecord[]> {
    this.rangeCalls += 1;
    const keys = [...this.stored.keys()].filter((key) => key >= from && key < to).sort();
    const found = keys
      .slice(0, limit)
      .map((key) => ({ key, value: this.stored.get(key) ?? Buffer.alloc(0) }));
    return new Promise((resolve) =>
      this.#loads.push(() => {
        resolve(found);
      }),
    );
  }

  finishLoad(index = 0): boolean {
    const [load] = this.#loads.splice(index % Math.max(1, this.#loads.length), 1);
    load?.();
    return load !== undefined;
  }

  sync(): boolean {
    const next = this.#waiting.shift();
    if (next === undefined) return false;
    for (const { key, value } of next.changes) {
      if (value === undefined) this.stored.delete(key);
      else this.stored.set(key, value);
    }
    this.durableBatch = next.batch;
    this.onDurable?.(next.batch);
    return true;
  }

  async settle(): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve));
    while (this.finishLoad() || this.sync());
    await new Promise((resolve) => setImmediate(resolve));
  }
}
