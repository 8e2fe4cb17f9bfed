import type { HolderWatch } from '../../stable-area/records/holder-watch.ts';

/** How many replies wait for what, for the metrics. */
export interface GateStatistics {
  readonly waitingForSync: number;
  readonly waitingForCheck: number;
  readonly checks: number;
  readonly released: number;
}

interface Held {
  readonly batch: number;
  readonly send: () => void;
}

/**
 * The last step before a reply leaves (DESIGN "The life of a mutating call", 4 to 6): everything that the reply depends
 * on is synced, and then a check that started afterwards found that this process still is the holder. One check
 * serves every reply that was ready when it started, and none that became ready later.
 *
 * Once a check fails, nothing leaves any more, for ever.
 */
export class ReplyGate {
  readonly #watch: HolderWatch;
  #waiting: Held[] = [];
  #ready: (() => void)[] = [];
  #checking = false;
  #closed = false;
  #checks = 0;
  #released = 0;

  constructor(watch: HolderWatch) {
    this.#watch = watch;
    watch.onDurable((durableBatch) => {
      this.#collect(durableBatch);
    });
    watch.onLoss(() => {
      this.close();
    });
  }

  /** Calls `send` once everything up to `batch` is durable and confirmed; never, if the holder is lost before. */
  release(batch: number, send: () => void): void {
    if (this.#closed) return;
    if (batch > this.#watch.holder.durableBatch) {
      this.#waiting.push({ batch, send });
    } else {
      this.#ready.push(send);
      this.#check();
    }
  }

  /** As `release`, for work that is not a reply on a connection: a registration, a deletion. Pending for ever if the holder is lost. */
  passed(batch: number): Promise<void> {
    return new Promise((resolve) => {
      this.release(batch, resolve);
    });
  }

  /** Drops everything that waits. */
  close(): void {
    this.#closed = true;
    this.#waiting = [];
    this.#ready = [];
  }

  statistics(): GateStatistics {
    return {
      waitingForSync: this.#waiting.length,
      waitingForCheck: this.#ready.length,
      checks: this.#checks,
      released: this.#released,
    };
  }

  #collect(durableBatch: number): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const held of waiting) {
      if (held.batch <= durableBatch) this.#ready.push(held.send);
      else this.#waiting.push(held);
    }
    if (this.#ready.length > 0) this.#check();
  }

  #check(): void {
    if (this.#checking) return;
    this.#checking = true;
    // A microtask later, so that all calls that came in one piece of input share the check.
    void Promise.resolve().then(() => this.#checkAll());
  }

  async #checkAll(): Promise<void> {
    while (this.#ready.length > 0) {
      const covered = this.#ready;
      this.#ready = [];
      this.#checks += 1;
      const confirmation = await this.#watch.holder.confirm();
      if (confirmation === 'fenced' || this.#closed) {
        this.close();
        return;
      }
      this.#released += covered.length;
      for (const send of covered) send();
    }
    this.#checking = false;
  }
}
