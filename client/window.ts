/**
 * A limit on how many things are under way at once. Waiters go first come, first served; there is no time limit: over a
 * takeover everybody simply waits.
 */
export class Window {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #active = 0;

  constructor(limit: number) {
    if (!Number.isSafeInteger(limit) || limit < 1) {
      throw new RangeError(`a window holds at least 1, not ${limit}`);
    }
    this.#limit = limit;
  }

  /** Starts the work when there is room for it, and settles as it does. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.enter();
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  /** Resolves when there is room; whoever enters also leaves. */
  async enter(): Promise<void> {
    if (this.#active < this.#limit) this.#active += 1;
    // The place is handed over by the one who leaves: `#active` does not change.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Enters where there is room now; whoever entered also leaves. */
  tryEnter(): boolean {
    if (this.#active >= this.#limit) return false;
    this.#active += 1;
    return true;
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#active -= 1;
    else next();
  }
}

/**
 * The results of `work` for all items, in order, at most `limit` at a time. After a failure no further item is
 * started, and it is thrown when those under way have settled: nothing goes on behind the caller's back.
 */
export async function mapWithin<Item, Result>(
  limit: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  const failures: unknown[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) {
      if (failures.length > 0) return;
      try {
        results[index] = await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}

/**
 * Work on the items of one level of a tree, in parallel as far as the window has room, and one after the other
 * otherwise. Because `work` may call this again for the level below, no limit per level would hold; this one holds for
 * the tree, and nobody waits for a place while keeping one. Failures as in `mapWithin`.
 */
export async function forEachInTree<Item>(
  window: Window,
  items: Iterable<Item> | AsyncIterable<Item>,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  const running = new Set<Promise<void>>();
  const guarded = (item: Item) =>
    work(item).catch((error: unknown) => {
      failures.push(error);
    });
  try {
    for await (const item of items) {
      if (failures.length > 0) break;
      if (window.tryEnter()) {
        const run: Promise<void> = guarded(item).finally(() => {
          window.leave();
          running.delete(run);
        });
        running.add(run);
      } else {
        await guarded(item);
      }
    }
  } finally {
    await Promise.all(running);
  }
  if (failures.length > 0) throw failures[0];
}
