import type { Timer } from '../../environment/clock.ts';
import type { Port } from '../directory/port.ts';
import type { ClusterSecret } from '../secret.ts';
import { type Candidate, type Candidates, placeOf } from './candidates.ts';
import { Link, type LinkEnvironment } from './link.ts';

export interface DialerOptions {
  readonly environment: LinkEnvironment;
  readonly secret: ClusterSecret | undefined;
  readonly candidates: Candidates;
  readonly connectTimeoutMs: number;
  /** Is a connection there worth having now? Asked again at each `update`. */
  readonly isWanted: (candidate: Candidate) => boolean;
  /** A connection stands; the callee owns it. */
  readonly onOpen: (link: Link) => void;
}

interface Attempt {
  readonly port: Port;
  /** Before it begins. */
  pause: Timer | undefined;
  /** From when it has begun. */
  abort: AbortController | undefined;
}

/** Made once: an abort without a reason makes one, with a stack, each time. */
const notWanted = new Error('the connection is not wanted any more');
const notInTime = new Error('no connection in time');

/** Tries to connect to all candidates that are wanted, at the same time, each again and again with its own back-off. */
export class Dialer {
  readonly #options: DialerOptions;
  readonly #attempts = new Map<string, Attempt>();

  constructor(options: DialerOptions) {
    this.#options = options;
  }

  /** Starts attempts that are wanted and not made, ends those that are made and not wanted. */
  update(): void {
    const { candidates, isWanted } = this.#options;
    const wanted = new Map<string, Candidate>();
    for (const candidate of candidates.all()) {
      if (isWanted(candidate)) wanted.set(placeOf(candidate.port), candidate);
    }
    for (const [place, attempt] of this.#attempts) {
      const candidate = wanted.get(place);
      // A place that has a new epoch is a new process perhaps: no reason to wait for the old one's pause.
      if (candidate?.port !== attempt.port) this.#end(place, attempt);
    }
    for (const [place, candidate] of wanted) {
      if (!this.#attempts.has(place)) this.#start(place, candidate);
    }
  }

  /** Ends all attempts. */
  stop(): void {
    for (const [place, attempt] of this.#attempts) this.#end(place, attempt);
  }

  #start(place: string, { port, notBeforeMs }: Candidate): void {
    const { clock, timers } = this.#options.environment;
    const attempt: Attempt = { port, pause: undefined, abort: undefined };
    this.#attempts.set(place, attempt);
    const pauseMs = notBeforeMs - clock.monotonicMs();
    if (pauseMs <= 0) {
      this.#connect(place, attempt);
      return;
    }
    attempt.pause = timers.after(pauseMs, () => {
      this.#connect(place, attempt);
    });
  }

  #connect(place: string, attempt: Attempt): void {
    const { environment, secret, connectTimeoutMs } = this.#options;
    const { port } = attempt;
    const abort = new AbortController();
    attempt.abort = abort;
    const timeout = environment.timers.after(connectTimeoutMs, () => {
      abort.abort(notInTime);
    });
    const isCurrent = (): boolean => this.#attempts.get(place) === attempt;
    Link.open(port, environment, secret, abort.signal)
      .then(
        (link) => {
          timeout.cancel();
          if (!isCurrent()) {
            link.close();
            return;
          }
          this.#attempts.delete(place);
          this.#options.onOpen(link);
        },
        () => {
          timeout.cancel();
          if (!isCurrent()) return;
          this.#attempts.delete(place);
          this.#options.candidates.failed(port, environment.clock.monotonicMs());
          this.update();
        },
      )
      // What a callback throws is a bug, and must not look like a failed connection.
      .catch((error: unknown) => {
        environment.timers.soon(() => {
          throw error;
        });
      });
  }

  #end(place: string, attempt: Attempt): void {
    this.#attempts.delete(place);
    attempt.pause?.cancel();
    attempt.abort?.abort(notWanted);
  }
}
