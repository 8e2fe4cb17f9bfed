import { strict as assert } from 'node:assert';
import type { Key } from '../../stable-area/stable-area.ts';
import { sameDigest } from '../digest.ts';
import type { RegisteredStatus } from './records.ts';

/** A client sends n only if n < lowest unfinished + this (DESIGN "One wire"). */
export const sequenceWindow = 512;

/** A call that is being executed, or whose reply waits for the disk. */
interface RunningCall<Route> {
  readonly digest: Uint8Array;
  readonly route: Route;
}

/** A registered reply as it is kept in memory. */
export interface DoneCall {
  readonly digest: Uint8Array;
  readonly status: RegisteredStatus;
  readonly results: Buffer;
  /** Not to be sent before this batch is durable. */
  readonly batch: number;
}

/** What becomes of a call with an id: DESIGN "admit". Named, so that each refusal can be counted and tested. */
export type Admission<Route> =
  | { readonly kind: 'new' }
  | { readonly kind: 'done'; readonly call: DoneCall }
  /** The caller attaches this copy to the running call. */
  | { readonly kind: 'in-progress'; readonly running: Route }
  /** The client itself said that it has the reply: nobody waits for an answer. */
  | { readonly kind: 'already-completed' }
  | { readonly kind: 'collision' }
  /** Beyond the window: no client of ours does that. Refused without a trace. */
  | { readonly kind: 'beyond-window' };

/**
 * What a holder knows of one life of one client: which of its calls run, and the registered replies that it may still
 * ask for. Written through: the records in the stable area say the same once they are durable. `Route` is where the
 * reply of a running call goes.
 */
export class Session<Route> {
  readonly client: Key;
  readonly incarnation: number;
  /** Ended by goodbye, by the end of its lease, or by a later life of the same client: nothing of it is executed any more. */
  ended = false;
  /** Monotonic time at which the lease ends, in ms. */
  leaseEndsMs: number;
  #lowestUnfinished: number;
  /** Replies below this number are freed in the stable area too. */
  #freedBelow: number;
  readonly #running = new Map<number, RunningCall<Route>>();
  readonly #done = new Map<number, DoneCall>();

  constructor(client: Key, incarnation: number, lowestUnfinished: number, leaseEndsMs: number) {
    this.client = client;
    this.incarnation = incarnation;
    this.#lowestUnfinished = lowestUnfinished;
    this.#freedBelow = lowestUnfinished;
    this.leaseEndsMs = leaseEndsMs;
  }

  get lowestUnfinished(): number {
    return this.#lowestUnfinished;
  }

  get runningCalls(): number {
    return this.#running.size;
  }

  get registeredReplies(): number {
    return this.#done.size;
  }

  /** Takes over what the stable area holds, when the session is loaded. */
  restore(sequence: number, call: DoneCall): void {
    this.#done.set(sequence, call);
  }

  /** Takes over a call that an earlier process has begun: it runs from the moment the session is loaded. */
  restoreRunning(sequence: number, digest: Uint8Array, route: Route): void {
    this.#running.set(sequence, { digest, route });
  }

  /** A completion notice: replies below have arrived at the client. An older notice that comes late changes nothing. */
  complete(lowestUnfinished: number): void {
    if (lowestUnfinished > this.#lowestUnfinished) this.#lowestUnfinished = lowestUnfinished;
  }

  admit(sequence: number, digest: Uint8Array, route: Route): Admission<Route> {
    if (sequence < this.#lowestUnfinished) return { kind: 'already-completed' };
    if (sequence >= this.#lowestUnfinished + sequenceWindow) return { kind: 'beyond-window' };
    const running = this.#running.get(sequence);
    if (running !== undefined) {
      if (!sameDigest(running.digest, digest)) return { kind: 'collision' };
      return { kind: 'in-progress', running: running.route };
    }
    const call = this.#done.get(sequence);
    if (call !== undefined) {
      return sameDigest(call.digest, digest) ? { kind: 'done', call } : { kind: 'collision' };
    }
    this.#running.set(sequence, { digest, route });
    return { kind: 'new' };
  }

  /** What AYA says of a call. */
  state(sequence: number): 'unknown' | 'in-progress' | 'done' {
    if (this.#running.has(sequence)) return 'in-progress';
    if (sequence < this.#lowestUnfinished || this.#done.has(sequence)) return 'done';
    return 'unknown';
  }

  /** The call was executed and its reply registered; it still runs until the reply may leave. */
  executed(sequence: number, call: DoneCall): void {
    assert(this.#running.has(sequence));
    this.#done.set(sequence, call);
  }

  /** The reply leaves now, or there is none to send: where to. */
  finished(sequence: number): Route | undefined {
    const running = this.#running.get(sequence);
    this.#running.delete(sequence);
    return running?.route;
  }

  /**
   * Registered replies that nobody will ask for any more, at most `limit`; undefined when there are fewer than
   * `atLeast`. The caller deletes their records and stores `below` as the client's lowest unfinished number, in one
   * batch: then a delayed duplicate of one of them is refused for ever.
   */
  freeable(atLeast: number, limit: number): { below: number; sequences: number[] } | undefined {
    if (this.#lowestUnfinished - this.#freedBelow < atLeast) return undefined;
    const sequences: number[] = [];
    let below = this.#freedBelow;
    while (below < this.#lowestUnfinished && sequences.length < limit) {
      // A call can be completed while it still runs: the client gave it up. Its record does not exist yet.
      if (this.#running.has(below)) break;
      if (this.#done.has(below)) sequences.push(below);
      below += 1;
    }
    return below === this.#freedBelow ? undefined : { below, sequences };
  }

  /** The batch with the deletions was committed. */
  freed(below: number): void {
    for (let sequence = this.#freedBelow; sequence < below; sequence += 1) {
      this.#done.delete(sequence);
    }
    if (below > this.#freedBelow) this.#freedBelow = below;
  }
}
