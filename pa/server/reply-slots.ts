import { strict as assert } from 'node:assert';
import { slotsMax } from './slot-keys.ts';

/**
 * Which slots the registered replies of one client have. A reply that its client has completed is not deleted: its slot goes
 * to the next one, so that a call writes one record and a client keeps as many as it ever had outstanding.
 */
export class ReplySlots {
  /** From here on no slot was ever used. */
  #next = 0;
  /** Have a record that nobody will ask for any more. */
  readonly #stale: number[] = [];
  /** Have none. */
  readonly #empty: number[] = [];

  /** A slot for a reply: the one that was released last, so that few are in use. */
  take(): number {
    const slot = this.#stale.pop() ?? this.#empty.pop();
    if (slot !== undefined) return slot;
    this.#next += 1;
    assert(this.#next <= slotsMax, 'a client has a slot for each call of its window');
    return this.#next - 1;
  }

  /** A slot that is found in use when the client is loaded. Each is told once, before any is taken. */
  restore(slot: number): void {
    while (this.#next < slot) {
      this.#empty.push(this.#next);
      this.#next += 1;
    }
    assert(slot === this.#next, 'slots are restored in their order');
    this.#next += 1;
  }

  /** The reply there will not be asked for any more. */
  release(slot: number): void {
    this.#stale.push(slot);
  }

  /** At most so many slots whose records the caller deletes; they are nobody's until `emptied`. */
  takeStale(limit: number): number[] {
    return this.#stale.splice(0, limit);
  }

  emptied(slots: readonly number[]): void {
    this.#empty.push(...slots);
  }
}
