import type { Clock, Timers } from '../../environment/clock.ts';

/** What reading calls may take of one turn of the event loop. */
export const turnMs = 50;
/** Below this a turn is not worth a look at whether the next one has come. */
const notedMs = 1;

/**
 * Calls that change nothing, in their order, but no more in one turn of the event loop than it may spend on them. A thousand clients that list
 * large directories give it a second and more of work at once; whoever asks meanwhile whether this process is alive would take it
 * for hung, and the process that takes over from it would have the same work to do.
 */
export class ReadingTurns {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #waiting: (() => void)[] = [];
  /** Since `#endTurn` ran last. */
  #spentMs = 0;
  #isEnding = false;

  constructor(clock: Clock, timers: Timers) {
    this.#clock = clock;
    this.#timers = timers;
  }

  /** Calls `execute` now, or in one of the next turns. It throws nothing. */
  run(execute: () => void): void {
    if (this.#waiting.length > 0 || this.#spentMs >= turnMs) this.#waiting.push(execute);
    else this.#execute(execute);
  }

  #execute(execute: () => void): void {
    const startMs = this.#clock.monotonicMs();
    execute();
    this.#spentMs += this.#clock.monotonicMs() - startMs;
    if (this.#spentMs < notedMs || this.#isEnding) return;
    this.#isEnding = true;
    this.#timers.soon(() => {
      this.#endTurn();
    });
  }

  #endTurn(): void {
    this.#isEnding = false;
    this.#spentMs = 0;
    let at = 0;
    while (at < this.#waiting.length && this.#spentMs < turnMs) {
      const execute = this.#waiting[at];
      at += 1;
      if (execute !== undefined) this.#execute(execute);
    }
    this.#waiting.splice(0, at);
  }
}
