import type { Timer, Timers } from '../../environment/clock.ts';
import type { CallRequest } from '../../rpc/call-message.ts';
import type { RpcReply } from '../../rpc/reply-message.ts';
import { type CallOutcome, PaError, type PaErrorCode } from '../error.ts';
import type { StockOrigin } from '../header.ts';
import type { Life } from './life.ts';
import type { LastingCall, LifeName } from './lasting.ts';
import type { Link } from './link.ts';

/** A call as it goes over the wire, but for its header: the same bytes whenever it is sent. */
export type RawCall = Omit<CallRequest, 'verifier'>;

export interface RawCallOptions {
  /**
   * The call is given up after this time. By default it never is. The error (`PA_DEADLINE`) says whether it may have been
   * executed.
   */
  readonly deadlineMs?: number | undefined;
  /** Gives the call up (`PA_ABORTED`). */
  readonly signal?: AbortSignal | undefined;
  /** The stock client that a gateway relays the call for. */
  readonly origin?: StockOrigin | undefined;
}

/** Which life a call belongs to, and its number there: its id, together with the client's UI. */
export interface CallPlace {
  readonly life: ClientLife;
  readonly sequence: number;
}

/** One incarnation of the client at one area. */
export interface ClientLife extends LifeName {
  readonly leaseMs: number;
  readonly calls: Life<PendingCall>;
  /** The server said that it has no record of it: nothing new is sent in its name. */
  hasExpired: boolean;
}

/** A call that its caller waits for, from the moment it is made. */
export class PendingCall {
  readonly request: RawCall;
  readonly origin: StockOrigin | undefined;
  readonly startedMs: number;
  /** The number that it has had before; undefined: this process gives it one. */
  readonly lasting: LastingCall | undefined;
  /** Given when it is sent for the first time. */
  place: CallPlace | undefined;
  /** The connection that it was sent on last, until that is lost or the server wants it again. */
  link: Link | undefined;
  /** How often it was sent under its present id. */
  sent: number;
  /** Monotonic ms when it was sent or asked about last. */
  askedMs = 0;
  readonly #resolve: (reply: RpcReply) => void;
  readonly #reject: (error: Error) => void;
  readonly #options: RawCallOptions;
  /** The life in which a successor of this process will look for it. */
  #bound: LifeName | undefined;
  #deadline: Timer | undefined;
  #isSettled = false;
  /** Called once, when nobody waits any more. */
  #onSettled: () => void = () => undefined;

  constructor(
    request: RawCall,
    options: RawCallOptions,
    startedMs: number,
    settle: { resolve: (reply: RpcReply) => void; reject: (error: Error) => void },
    lasting?: LastingCall,
  ) {
    this.request = request;
    this.origin = options.origin;
    this.lasting = lasting;
    this.sent = lasting?.mayHaveBeenSent === true ? 1 : 0;
    this.#bound = lasting?.life;
    this.startedMs = startedMs;
    this.#options = options;
    this.#resolve = settle.resolve;
    this.#reject = settle.reject;
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** What would be known if it were given up now. */
  get outcome(): CallOutcome {
    return this.place === undefined && this.sent === 0 ? 'not-executed' : 'unknown';
  }

  /** It may leave under its present number: whoever goes on in our name knows in which life to ask for it. */
  get isBound(): boolean {
    if (this.lasting === undefined || this.place === undefined) return true;
    const { areaUi, incarnation } = this.place.life;
    return this.#bound?.areaUi === areaUi && this.#bound.incarnation === incarnation;
  }

  /**
   * Makes it one of its present life's, durably; `bound` is called then, unless it has left that life or is over. Fails it
   * if it may have been sent in an earlier life: whether it was executed in that one nobody can tell any more.
   */
  bind(bound: () => void): void {
    const life = this.place?.life;
    if (life === undefined || this.lasting === undefined) return;
    if (this.sent > 0) {
      this.fail('PA_OUTCOME_UNKNOWN', 'the server has forgotten the life in which it was sent');
      return;
    }
    const { areaUi, incarnation, leaseMs } = life;
    void this.lasting.bind({ areaUi, incarnation, leaseMs }).then(() => {
      if (this.place?.life !== life || this.#isSettled) return;
      this.#bound = life;
      bound();
    });
  }

  /** Starts the deadline and listens to the signal. */
  start(timers: Timers, onSettled: () => void): void {
    this.#onSettled = onSettled;
    const { deadlineMs, signal } = this.#options;
    if (signal?.aborted === true) {
      this.#abort();
      return;
    }
    signal?.addEventListener('abort', this.#abort);
    if (deadlineMs === undefined) return;
    this.#deadline = timers.after(deadlineMs, () => {
      this.fail('PA_DEADLINE', `no reply within ${deadlineMs} ms`);
    });
  }

  resolve(reply: RpcReply): void {
    if (this.#settle()) this.#resolve(reply);
  }

  reject(error: Error): void {
    if (this.#settle()) this.#reject(error);
  }

  /** Rejects with a PaError that says whether the call may have been executed. */
  fail(code: PaErrorCode, message: string, cause?: unknown): void {
    const { outcome } = this;
    const consequence =
      outcome === 'unknown' ? 'it is not known whether it was executed' : 'it was not executed';
    this.reject(new PaError(code, `${message}; ${consequence}`, { cause, outcome }));
  }

  readonly #abort = (): void => {
    this.fail('PA_ABORTED', 'the call was abandoned', this.#options.signal?.reason);
  };

  #settle(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    this.#deadline?.cancel();
    this.#options.signal?.removeEventListener('abort', this.#abort);
    this.#onSettled();
    return true;
  }
}
