import type { Clock, Timers } from '../../../environment/clock.ts';
import type { Random } from '../../../environment/random.ts';
import type { Scheduler } from './scheduler.ts';
import type { Step, StepOwner } from './step-queue.ts';

/** A timer fires up to this much too late. */
const timerSlackMs = 0.4;
/** `soon` is the next turn of the event loop. */
const turnMs = 0.005;

/** One process of the operating system: what dies, stands still and wakes up as a whole. */
export class SimulatedProcess implements StepOwner {
  readonly name: string;
  readonly pid: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly #scheduler: Scheduler;
  #state: StepOwner['state'] = 'running';
  /** What fell due while it was stopped. */
  #late: Step[] = [];
  readonly #onDeath: (() => void)[] = [];
  /** Added to the wall clock, which jumps. */
  wallOffsetMicroseconds = 0;

  constructor(scheduler: Scheduler, name: string, pid: number, random: Random, bootMs: number) {
    this.#scheduler = scheduler;
    this.name = name;
    this.pid = pid;
    this.random = random;
    this.clock = {
      monotonicMs: () => bootMs + scheduler.nowMs,
      wallMicroseconds: () =>
        1_700_000_000_000_000 + Math.floor(scheduler.nowMs * 1_000) + this.wallOffsetMicroseconds,
    };
    this.timers = {
      after: (delayMs, callback) =>
        scheduler.plan(
          this,
          delayMs + scheduler.random.fraction() * timerSlackMs,
          'timer',
          callback,
        ),
      soon: (callback) => scheduler.plan(this, turnMs, 'turn', callback),
    };
  }

  get state(): StepOwner['state'] {
    return this.#state;
  }

  get isDead(): boolean {
    return this.#state === 'dead';
  }

  onDeath(callback: () => void): void {
    this.#onDeath.push(callback);
  }

  /** As SIGKILL: nothing of it runs any more; the system closes what it had. */
  kill(): void {
    if (this.#state === 'dead') return;
    this.#state = 'dead';
    this.#late = [];
    for (const callback of this.#onDeath.splice(0)) callback();
    this.#scheduler.died();
  }

  /** As SIGSTOP. */
  stop(): void {
    if (this.#state === 'running') this.#state = 'stopped';
  }

  /** As SIGCONT: what fell due meanwhile comes at once, in its order. */
  resume(): void {
    if (this.#state !== 'stopped') return;
    this.#state = 'running';
    for (const step of this.#late.splice(0)) this.#scheduler.planAgain(step, turnMs);
  }

  takes(step: Step): boolean {
    if (this.#state === 'stopped') this.#late.push(step);
    return this.#state === 'running';
  }
}
