import { strict as assert } from 'node:assert';
import type { Key } from '../../stable-area/stable-area.ts';
import { sameDigest } from '../digest.ts';
import type { RegisteredStatus } from './records.ts';
import { ReplySlots } from './reply-slots.ts';

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

/** The same with its place in the stable area. */
interface KeptCall {
  readonly call: DoneCall;
  readonly slot: number;
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
  /** What the client's record says of that. */
  #storedLowestUnfinished: number;
  readonly #running = new Map<number, RunningCall<Route>>();
  readonly #done = new Map<number, KeptCall>();
  readonly #slots = new ReplySlots();

  constructor(client: Key, incarnation: number, lowestUnfinished: number, leaseEndsMs: number) {
    this.client = client;
    this.incarnation = incarnation;
    this.#lowestUnfinished = lowestUnfinished;
    this.#storedLowestUnfinished = lowestUnfinished;
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

  /** Takes over what the stable area holds, when the session is loaded: slot by slot, once `complete` was told what is over. */
  restore(sequence: number, call: DoneCall, slot: number): void {
    this.#slots.restore(slot);
    this.#keep(sequence, call, slot);
  }

  /** Takes over a call that an earlier process has begun: it runs from the moment the session is loaded. */
  restoreRunning(sequence: number, digest: Uint8Array, route: Route): void {
    this.#running.set(sequence, { digest, route });
  }

  /** A completion notice: replies below have arrived at the client. An older notice that comes late changes nothing. */
  complete(lowestUnfinished: number): void {
    const before = this.#lowestUnfinished;
    if (lowestUnfinished > this.#lowestUnfinished) this.#lowestUnfinished = lowestUnfinished;
    const end = Math.min(this.#lowestUnfinished, before + sequenceWindow);
    for (let sequence = before; sequence < end; sequence += 1) {
      const kept = this.#done.get(sequence);
      if (kept === undefined) continue;
      this.#done.delete(sequence);
      this.#slots.release(kept.slot);
    }
  }

  admit(sequence: number, digest: Uint8Array, route: Route): Admission<Route> {
    if (sequence < this.#lowestUnfinished) return { kind: 'already-completed' };
    if (sequence >= this.#lowestUnfinished + sequenceWindow) return { kind: 'beyond-window' };
    const running = this.#running.get(sequence);
    if (running !== undefined) {
      if (!sameDigest(running.digest, digest)) return { kind: 'collision' };
      return { kind: 'in-progress', running: running.route };
    }
    const call = this.#done.get(sequence)?.call;
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

  /** Where the reply of a call is going to be registered. */
  takeSlot(): number {
    return this.#slots.take();
  }

  /** The call was executed and its reply registered there; it still runs until the reply may leave. */
  executed(sequence: number, call: DoneCall, slot: number): void {
    assert(this.#running.has(sequence));
    this.#keep(sequence, call, slot);
  }

  /** The reply leaves now, or there is none to send: where to. */
  finished(sequence: number): Route | undefined {
    const running = this.#running.get(sequence);
    this.#running.delete(sequence);
    return running?.route;
  }

  /**
   * What a client that does nothing more need not have in the stable area: at most `limit` slots of completed replies; undefined
   * when nothing is left to be said. The caller deletes their records and stores the lowest unfinished number, in one batch:
   * then a delayed duplicate of one of them is refused for ever.
   */
  takeFreeable(limit: number): number[] | undefined {
    const slots = this.#slots.takeStale(limit);
    const isStored = this.#storedLowestUnfinished === this.#lowestUnfinished;
    return slots.length === 0 && isStored ? undefined : slots;
  }

  /** That batch was committed. */
  freed(slots: readonly number[], lowestUnfinished: number): void {
    this.#slots.emptied(slots);
    this.#storedLowestUnfinished = lowestUnfinished;
  }

  /** A call can be completed while it still runs: the client gave it up. */
  #keep(sequence: number, call: DoneCall, slot: number): void {
    if (sequence < this.#lowestUnfinished) this.#slots.release(slot);
    else this.#done.set(sequence, { call, slot });
  }
}
