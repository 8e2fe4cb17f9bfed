import { windowMax } from './limits.ts';

/**
 * The outstanding calls of one incarnation of a client at one alias: their sequence numbers, the window, and the
 * completion notice. Pure.
 */
export class Life<Call> {
  /** Unfinished calls, in the order of their numbers: that is the order in which they were added. */
  readonly #calls = new Map<number, Call>();
  readonly #givenLowest: (() => number) | undefined;
  #next = 1;

  /** `lowestUnfinished`: for numbers that are given elsewhere, and outlive this process (`LastingIdentity`). */
  constructor(lowestUnfinished?: () => number) {
    this.#givenLowest = lowestUnfinished;
  }

  /** Calls without a reply. */
  get size(): number {
    return this.#calls.size;
  }

  /** The completion notice: all calls below are finished. */
  get lowestUnfinished(): number {
    if (this.#givenLowest !== undefined) return this.#givenLowest();
    for (const sequence of this.#calls.keys()) return sequence;
    return this.#next;
  }

  /** True if one more call may be sent: fewer than `outstandingMax` are, and it would be inside the window. */
  hasRoom(outstandingMax: number, sequence: number = this.#next): boolean {
    return this.#calls.size < outstandingMax && sequence < this.lowestUnfinished + windowMax;
  }

  /** Gives a call its number, for ever; or takes the one that it has. */
  add(call: Call, sequence: number = this.#next): number {
    this.#next = Math.max(this.#next, sequence + 1);
    this.#calls.set(sequence, call);
    return sequence;
  }

  /** The reply has arrived, or is not wanted any more. Idempotent. */
  finish(sequence: number): void {
    this.#calls.delete(sequence);
  }

  /** The unfinished calls, oldest first. */
  calls(): IterableIterator<Call> {
    return this.#calls.values();
  }

  get oldest(): Call | undefined {
    for (const call of this.#calls.values()) return call;
    return undefined;
  }
}
