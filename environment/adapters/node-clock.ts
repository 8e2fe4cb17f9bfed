import { performance } from 'node:perf_hooks';
import type { Clock } from '../clock.ts';

const driftMaxMicroseconds = 1_500;

let wallMinusMonotonic = Number.NEGATIVE_INFINITY;

/** The machine's clocks. */
export const nodeClock: Clock = {
  monotonicMs: () => performance.now(),

  // Date.now() alone counts in milliseconds. The microseconds below it come from the monotonic
  // clock, which is set against the system's whenever the two have moved apart.
  wallMicroseconds() {
    const monotonic = performance.now() * 1_000;
    const system = Date.now() * 1_000;
    if (Math.abs(wallMinusMonotonic + monotonic - system) > driftMaxMicroseconds) {
      wallMinusMonotonic = system - monotonic;
    }
    return Math.floor(wallMinusMonotonic + monotonic);
  },
};
