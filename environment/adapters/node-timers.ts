import { performance } from 'node:perf_hooks';
import type { Timer, Timers } from '../clock.ts';

/** The longest delay that setTimeout takes; longer ones are made of several. */
const timeoutMsMax = 2 ** 31 - 1;

class Timeout implements Timer {
  readonly #dueMs: number;
  readonly #callback: () => void;
  #handle: NodeJS.Timeout;

  constructor(delayMs: number, callback: () => void) {
    this.#dueMs = performance.now() + delayMs;
    this.#callback = callback;
    this.#handle = this.#arm();
  }

  cancel(): void {
    clearTimeout(this.#handle);
  }

  #arm(): NodeJS.Timeout {
    const leftMs = Math.min(Math.max(Math.ceil(this.#dueMs - performance.now()), 1), timeoutMsMax);
    return setTimeout(() => {
      this.#fire();
    }, leftMs);
  }

  // The event loop counts in whole milliseconds, so that it can fire a fraction too early.
  #fire(): void {
    if (performance.now() < this.#dueMs) this.#handle = this.#arm();
    else this.#callback();
  }
}

/** The event loop's timers. A running timer keeps the process alive. */
export const nodeTimers: Timers = {
  after: (delayMs, callback) => new Timeout(delayMs, callback),

  soon(callback) {
    const handle = setImmediate(callback);
    return {
      cancel() {
        clearImmediate(handle);
      },
    };
  },
};
