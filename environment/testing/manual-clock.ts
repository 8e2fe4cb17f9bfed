import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock, Timer, Timers } from '../clock.ts';

/** Time that stands still until a test moves it. */
export interface ManualClock {
  readonly clock: Clock;
  /** `soon` works by itself, in the real event loop; `after` waits for `advance`. */
  readonly timers: Timers;
  /** Moves time on, fires what falls due in order, and lets everything settle after each. */
  advance(byMs: number): Promise<void>;
  /** Waits until no promise and no `soon` is left to run. */
  settle(): Promise<void>;
  /** Timers started and neither fired nor cancelled: a test for what is left behind. */
  readonly waiting: number;
}

interface Waiting {
  readonly dueMs: number;
  readonly callback: () => void;
}

export function manualClock(startMs = 1_000): ManualClock {
  let nowMs = startMs;
  let soonCount = 0;
  const waiting = new Set<Waiting>();

  const settle = async (): Promise<void> => {
    do await nextTurn();
    while (soonCount > 0);
  };

  const timers: Timers = {
    after(delayMs, callback) {
      const timer = { dueMs: nowMs + delayMs, callback };
      waiting.add(timer);
      return { cancel: () => waiting.delete(timer) };
    },

    soon(callback) {
      let done = false;
      const finish = (): boolean => {
        if (done) return false;
        done = true;
        soonCount -= 1;
        return true;
      };
      soonCount += 1;
      const handle = setImmediate(() => {
        if (finish()) callback();
      });
      const timer: Timer = {
        cancel() {
          if (finish()) clearImmediate(handle);
        },
      };
      return timer;
    },
  };

  return {
    clock: { monotonicMs: () => nowMs, wallMicroseconds: () => Math.floor(nowMs * 1_000) },
    timers,
    settle,

    async advance(byMs) {
      const untilMs = nowMs + byMs;
      await settle();
      for (let next = earliest(waiting); ; next = earliest(waiting)) {
        if (next === undefined || next.dueMs > untilMs) break;
        waiting.delete(next);
        nowMs = Math.max(nowMs, next.dueMs);
        next.callback();
        await settle();
      }
      nowMs = untilMs;
    },

    get waiting() {
      return waiting.size;
    },
  };
}

/** Of two that fall due together, the one that was started first: a Set keeps that order. */
function earliest(waiting: ReadonlySet<Waiting>): Waiting | undefined {
  let found: Waiting | undefined;
  for (const timer of waiting) {
    if (found === undefined || timer.dueMs < found.dueMs) found = timer;
  }
  return found;
}
