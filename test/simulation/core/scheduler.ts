import type { Timer } from '../../../environment/clock.ts';
import { seededRandom, type SeededRandom } from '../../../chaos/workload/seeded-random.ts';
import { type Step, type StepOwner, StepQueue } from './step-queue.ts';
import { Trace } from './trace.ts';

/** Something went wrong in a run, other than a wrong history. */
export class SimulationError extends Error {}

/** A step of the real event loop now and then, so that signals and other runs are not starved. */
const stepsPerTurn = 2_000;
/** Cheaper than a microtask of Node's own. */
const settled = Promise.resolve();

/**
 * All of a run goes through here: every message, timer and operation of a folder is a step at a moment of simulated time.
 * One step is taken at a time, and everything that it causes in promises has come to rest before the next one.
 */
export class Scheduler {
  readonly random: SeededRandom;
  readonly trace: Trace;
  readonly #queue = new StepQueue();
  #nowMs = 0;
  #planned = 0;
  #taken = 0;
  #failure: Error | undefined;
  /** Asked before each step of a process: may kill or stop it. */
  beforeStep: ((process: StepOwner) => void) | undefined;

  constructor(seed: number, recentMax = 0) {
    this.random = seededRandom(seed).fork('schedule');
    this.trace = new Trace(recentMax);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Steps that were taken. */
  get steps(): number {
    return this.#taken;
  }

  /** Plans a step of a process, or of nobody's. */
  plan(owner: StepOwner | undefined, delayMs: number, label: string, run: () => void): Timer {
    this.#planned += 1;
    const atMs = this.#nowMs + Math.max(0, delayMs);
    const step: Step = { atMs, order: this.#planned, owner, label, run, isCancelled: false };
    this.#queue.push(step);
    return {
      cancel() {
        step.isCancelled = true;
      },
    };
  }

  /**
   * Something that a process does within a step, at which it may be killed or stopped as at a step of its own. It goes on only
   * where it still runs.
   */
  pass(owner: StepOwner, label: string): void {
    this.#taken += 1;
    this.trace.add(this.#nowMs, owner.name, label);
    this.beforeStep?.(owner);
  }

  /** A step whose process stood still when it fell due. */
  planAgain(step: Step, delayMs: number): void {
    this.#planned += 1;
    step.atMs = this.#nowMs + delayMs;
    step.order = this.#planned;
    this.#queue.push(step);
  }

  /** A process has died. */
  died(): void {
    this.#queue.purge();
  }

  /** Ends the run: `run` rejects with this. */
  fail(error: Error): void {
    this.#failure ??= error;
  }

  /**
   * Takes steps until `isOver` says so. Rejects where something failed, no step is left, or `stepsMax` was reached: then
   * `waiting` tells who waits for what.
   */
  run(isOver: () => boolean, stepsMax: number, waiting: () => string): Promise<void> {
    return new Promise((resolve, reject) => {
      const goOn = (): void => {
        process.nextTick(go);
      };
      let turnEnd = stepsPerTurn;
      const go = (): void => {
        try {
          if (this.#failure !== undefined) throw this.#failure;
          if (isOver()) {
            resolve();
            return;
          }
          if (this.#taken >= stepsMax) throw hang(`${stepsMax} steps were not enough`, waiting());
          if (!this.#step()) throw hang('nothing is left to happen', waiting());
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
          return;
        }
        // The tick comes after the last microtask that this step has caused: what the runtime promises.
        if (this.#taken < turnEnd) {
          void settled.then(goOn);
        } else {
          turnEnd = this.#taken + stepsPerTurn;
          setImmediate(go);
        }
      };
      setImmediate(go);
    });
  }

  /** False when there is none. */
  #step(): boolean {
    for (;;) {
      const step = this.#queue.pop();
      if (step === undefined) return false;
      if (step.isCancelled) continue;
      this.#nowMs = Math.max(this.#nowMs, step.atMs);
      const { owner } = step;
      if (owner !== undefined) {
        if (!owner.takes(step)) continue;
        this.beforeStep?.(owner);
        // It was killed or stopped right here: as if it had happened before the step fell due.
        if (owner.state !== 'running' && !owner.takes(step)) continue;
      }
      this.#taken += 1;
      this.trace.add(this.#nowMs, owner?.name ?? '-', step.label);
      step.run();
      return true;
    }
  }
}

function hang(what: string, waiting: string): SimulationError {
  return new SimulationError(`hang: ${what}\n${waiting}`);
}
