import type { Timers } from '../../environment/clock.ts';
import { isLost } from './call-target.ts';
import type { Executor } from './executor.ts';
import type { BackgroundWork } from './service.ts';

/** After work that failed: it is tried again with the next change, not before this time. */
const retryMs = 1_000;

/** Does a volume's own work in small steps between the calls. */
export class BackgroundRunner {
  readonly #works: readonly BackgroundWork[];
  readonly #executor: Executor;
  readonly #timers: Timers;
  readonly #problem: (message: string, cause: unknown) => void;
  #running = false;
  #poked = false;
  #stopped = false;

  constructor(
    works: readonly BackgroundWork[],
    executor: Executor,
    timers: Timers,
    problem: (message: string, cause: unknown) => void,
  ) {
    this.#works = works;
    this.#executor = executor;
    this.#timers = timers;
    this.#problem = problem;
  }

  /** Something was executed: there may be work. */
  poke(): void {
    this.#poked = true;
    if (this.#running || this.#stopped || this.#works.length === 0) return;
    this.#running = true;
    this.#timers.soon(() => {
      void this.#run();
    });
  }

  stop(): void {
    this.#stopped = true;
  }

  async #run(): Promise<void> {
    while (this.#poked && !this.#stopped) {
      this.#poked = false;
      for (const work of this.#works) await this.#finish(work);
    }
    this.#running = false;
  }

  async #finish(work: BackgroundWork): Promise<void> {
    try {
      while (!this.#stopped) {
        const { result } = await this.#executor.run((context) => work.step(context));
        if (result === 'idle') return;
        await new Promise<void>((resolve) => {
          this.#timers.soon(resolve);
        });
      }
    } catch (error) {
      if (isLost(error)) return;
      this.#problem(`background work "${work.name}" failed`, error);
      await new Promise<void>((resolve) => {
        this.#timers.after(retryMs, resolve);
      });
    }
  }
}
