import type { Clock, Timer, Timers } from '../../environment/clock.ts';
import type { Random } from '../../environment/random.ts';
import { type Backoff, backoffMs } from '../backoff.ts';
import type { Port } from '../directory/port.ts';
import type { Lookup, PortDirectory, Subscription } from '../directory/port-directory.ts';

export interface ResolverOptions {
  readonly environment: { readonly clock: Clock; readonly timers: Timers; readonly random: Random };
  readonly directory: PortDirectory;
  readonly alias: string;
  readonly again: Backoff;
  /** Whoever is told of takeovers asks only when nothing was told for so long. */
  readonly toldPatienceMs: number;
  readonly lingerMs: number;
  /** Whoever makes calls for so long is told of takeovers; a command that makes a few needs no subscription. */
  readonly followAfterMs: number;
  /** A port was told, possibly one that was told before. */
  readonly onPort: (port: Port) => void;
  /** PAM was asked and gave no port. */
  readonly onNothing: (lookup: Exclude<Lookup, { kind: 'found' }>) => void;
}

/** Asks PAM while a port is needed, and lets itself be told of takeovers while calls are made. */
export class Resolver {
  readonly #options: ResolverOptions;
  #subscription: Subscription | undefined;
  #linger: Timer | undefined;
  /** Calls have been made since the first of these times, and none was pending at the second. */
  #busySinceMs = -Infinity;
  #restedMs = -Infinity;
  /** PAM has told something since the subscription began: it will tell the next port too, unless it has died. */
  #isTold = false;
  #isAsking = false;
  #pause: Timer | undefined;
  #attempt = 0;
  #isNeeded = false;
  #isStopped = false;

  constructor(options: ResolverOptions) {
    this.#options = options;
  }

  /** Follows the alias from now on, until some time after `rest`. */
  follow(): void {
    this.#linger?.cancel();
    this.#linger = undefined;
    const { directory, alias, onPort } = this.#options;
    if (this.#isStopped) return;
    this.#subscription ??= directory.subscribe(alias, (port) => {
      this.#isTold = true;
      onPort(port);
    });
  }

  /** Nothing is pending just now: following may end, when nothing has come for some time. */
  rest(): void {
    const { environment, lingerMs, followAfterMs } = this.#options;
    const nowMs = environment.clock.monotonicMs();
    if (nowMs - this.#restedMs > lingerMs) this.#busySinceMs = nowMs;
    this.#restedMs = nowMs;
    if (this.#subscription === undefined && nowMs - this.#busySinceMs >= followAfterMs)
      this.follow();
    if (this.#subscription !== undefined && this.#linger === undefined) this.#lingerFor(lingerMs);
  }

  /**
   * Asks at once, or after some patience where PAM tells by itself, and then again and again until `satisfied`. All clients of
   * an alias lose their connections together, and would ask all PAMs together, at the moment when processors are scarce.
   */
  need(): void {
    if (this.#isStopped || this.#isNeeded) return;
    this.#isNeeded = true;
    this.#attempt = 0;
    if (this.#isAsking) return;
    if (this.#isTold) this.#askAfter(this.#options.toldPatienceMs);
    else this.#ask();
  }

  /** There is a port that works. */
  satisfied(): void {
    this.#isNeeded = false;
    this.#pause?.cancel();
    this.#pause = undefined;
  }

  stop(): void {
    this.#isStopped = true;
    this.satisfied();
    this.#linger?.cancel();
    this.#unfollow();
  }

  #ask(): void {
    const { directory, alias, environment, again, onPort, onNothing } = this.#options;
    this.#isAsking = true;
    void directory.lookup(alias).then((lookup) => {
      this.#isAsking = false;
      if (this.#isStopped) return;
      if (this.#isNeeded) {
        const pauseMs = backoffMs(again, this.#attempt, environment.random);
        this.#attempt += 1;
        this.#askAfter(pauseMs);
      }
      if (lookup.kind === 'found') onPort(lookup.port);
      else onNothing(lookup);
    });
  }

  #askAfter(pauseMs: number): void {
    this.#pause = this.#options.environment.timers.after(pauseMs, () => this.#ask());
  }

  #lingerFor(delayMs: number): void {
    const { environment, lingerMs } = this.#options;
    this.#linger = environment.timers.after(delayMs, () => {
      this.#linger = undefined;
      const leftMs = this.#restedMs + lingerMs - environment.clock.monotonicMs();
      if (leftMs > 0) this.#lingerFor(leftMs);
      else this.#unfollow();
    });
  }

  #unfollow(): void {
    this.#subscription?.close();
    this.#subscription = undefined;
    this.#isTold = false;
  }
}
