import type { Timer, Timers } from '../../environment/clock.ts';
import type { CallRequest } from '../../rpc/call-message.ts';
import type { RpcReply } from '../../rpc/reply-message.ts';
import { type CallOutcome, PaError, type PaErrorCode } from '../error.ts';
import type { StockOrigin } from '../header.ts';
import type { Life } from './life.ts';
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
export interface ClientLife {
  readonly incarnation: number;
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
  /** Given when it is sent for the first time. */
  place: CallPlace | undefined;
  /** The connection that it was sent on last, until that is lost or the server wants it again. */
  link: Link | undefined;
  /** How often it was sent under its present id. */
  sent = 0;
  /** Monotonic ms when it was sent or asked about last. */
  askedMs = 0;
  readonly #resolve: (reply: RpcReply) => void;
  readonly #reject: (error: Error) => void;
  readonly #options: RawCallOptions;
  #deadline: Timer | undefined;
  #isSettled = false;
  /** Called once, when nobody waits any more. */
  #onSettled: () => void = () => undefined;

  constructor(
    request: RawCall,
    options: RawCallOptions,
    startedMs: number,
    settle: { resolve: (reply: RpcReply) => void; reject: (error: Error) => void },
  ) {
    this.request = request;
    this.origin = options.origin;
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
    return this.place === undefined ? 'not-executed' : 'unknown';
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
