import type { Timers } from '../../environment/clock.ts';

/** What the calls of all connections may take of one turn of the event loop. */
export const turnMs = 2;
/** Below this a turn is not worth a look at whether the next one has come. */
const notedMs = 0.5;

/**
 * Cuts the turns of the event loop. Clients whose calls were made durable together send their next ones together; taken all in one
 * turn they would share one sync again, for which everybody waits while nothing is executed, and what the disk has ended
 * meanwhile would be noticed after all of them. Cut, one part is executed while the disk works on another.
 */
export class InputTurns {
  readonly #timers: Timers;
  readonly #nowMs: () => number;
  /** Those that have calls left, in the order in which they were cut off. */
  #waiting = new Set<() => void>();
  /** Since `#endSoon` was over last, without what is being taken now. */
  #spentMs = 0;
  #begunMs = 0;
  #isEnding = false;

  constructor(timers: Timers, nowMs: () => number) {
    this.#timers = timers;
    this.#nowMs = nowMs;
  }

  /** Calls are going to be taken, until `end`. */
  begin(): void {
    this.#begunMs = this.#nowMs();
  }

  end(): void {
    this.#spentMs += this.#nowMs() - this.#begunMs;
    if (this.#spentMs >= notedMs) this.#endSoon();
  }

  /** Asked between `begin` and `end`: nothing more may be taken in this turn. `goOn` is called in the next one then. */
  isOver(goOn: () => void): boolean {
    if (this.#spentMs + this.#nowMs() - this.#begunMs < turnMs) return false;
    this.#waiting.add(goOn);
    this.#endSoon();
    return true;
  }

  #endSoon(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#timers.soon(() => {
      this.#isEnding = false;
      this.#spentMs = 0;
      const waiting = this.#waiting;
      this.#waiting = new Set();
      for (const goOn of waiting) goOn();
    });
  }
}
