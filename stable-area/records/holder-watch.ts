import { strict as assert } from 'node:assert';
import { type Holder, type HolderLoss, StableAreaError } from '../stable-area.ts';

/** The one owner of a holder's notices; passes them on to everybody who waits. */
export class HolderWatch {
  readonly holder: Holder;
  readonly #onDurable: ((durableBatch: number) => void)[] = [];
  readonly #onLoss: ((loss: HolderLoss) => void)[] = [];
  #waiters: { batch: number; resolve: () => void; reject: (error: Error) => void }[] = [];

  constructor(holder: Holder) {
    assert(holder.onDurable === undefined && holder.onLoss === undefined, 'a second watch');
    this.holder = holder;
    holder.onDurable = (durableBatch) => {
      this.#release(durableBatch);
      for (const listener of this.#onDurable) listener(durableBatch);
    };
    holder.onLoss = (loss) => {
      const waiters = this.#waiters;
      this.#waiters = [];
      for (const { reject } of waiters) reject(lostError(loss));
      for (const listener of this.#onLoss) listener(loss);
    };
  }

  /** Called whenever more batches are durable. */
  onDurable(listener: (durableBatch: number) => void): void {
    this.#onDurable.push(listener);
  }

  /** Called once, when the holder is lost; at once if it is already. */
  onLoss(listener: (loss: HolderLoss) => void): void {
    if (this.holder.loss === undefined) this.#onLoss.push(listener);
    else listener(this.holder.loss);
  }

  /** Rejects with STABLE_AREA_LOST when the holder is lost before the batch is durable. */
  whenDurable(batch: number): Promise<void> {
    if (batch <= this.holder.durableBatch) return Promise.resolve();
    const { loss } = this.holder;
    if (loss !== undefined) return Promise.reject(lostError(loss));
    return new Promise((resolve, reject) => {
      this.#waiters.push({ batch, resolve, reject });
    });
  }

  #release(durableBatch: number): void {
    if (this.#waiters.length === 0) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) {
      if (waiter.batch <= durableBatch) waiter.resolve();
      else this.#waiters.push(waiter);
    }
  }
}

export function lostError(loss: HolderLoss): StableAreaError {
  return new StableAreaError(
    'STABLE_AREA_LOST',
    `this process is not the holder any more (${loss.kind})`,
    loss.kind === 'failed' ? { cause: loss.cause } : undefined,
  );
}
