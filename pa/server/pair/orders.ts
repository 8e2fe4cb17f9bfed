import { delay, type Timers } from '../../../environment/clock.ts';
import { rehearsalPatienceMs } from './limits.ts';

/** A process that stands by for the holder of this epoch. */
export interface StandingBy {
  readonly epoch: number;
  readonly watch: { order(): void };
  /** Resolves when the rehearsal has ended, however it did. */
  readonly rehearsed: Promise<void>;
}

/** What the holder asks of a process that stands by. */
export class Orders {
  readonly #timers: Timers;
  readonly #askers: ((willClaim: boolean) => void)[] = [];
  /** Set while this process stands by. */
  standingBy: StandingBy | undefined;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /**
   * Resolves when the rehearsal is over: the holder serves meanwhile, and better a little longer than that its clients wait for
   * a cold process. False: not standing by for this epoch.
   */
  async prepare(epoch: number): Promise<boolean> {
    const { standingBy } = this;
    if (standingBy?.epoch !== epoch) return false;
    await Promise.race([standingBy.rehearsed, delay(this.#timers, rehearsalPatienceMs)]);
    return this.standingBy === standingBy;
  }

  /** Resolves with true just before the claim; with false where there will be none. */
  takeOver(epoch: number): Promise<boolean> {
    if (this.standingBy?.epoch !== epoch) return Promise.resolve(false);
    this.standingBy.watch.order();
    return new Promise((resolve) => this.#askers.push(resolve));
  }

  answer(willClaim: boolean): void {
    for (const asker of this.#askers.splice(0)) asker(willClaim);
  }
}
