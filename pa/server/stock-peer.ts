import type { Key } from '../../stable-area/stable-area.ts';
import type { StockReply } from './stock-records.ts';

/** An answered call is kept until its peer was heard for this long since, while a holder served. */
export const retentionMs = 120_000;

/** Two messages further apart than this do not prove that the peer was there in between. */
export const heardGapMaxMs = 60_000;

/** A reply of the ring, as it is kept in memory. */
export interface AnsweredCall extends StockReply {
  /** Not to be sent before this batch is durable. */
  readonly batch: number;
  /** The peer's heard time when it was answered. */
  readonly heardMs: number;
}

export type StockAdmission<Route> =
  | { readonly kind: 'new'; readonly collision: boolean }
  | { readonly kind: 'done'; readonly call: AnsweredCall }
  /** The caller attaches this copy to the running call. */
  | { readonly kind: 'in-progress'; readonly running: Route };

/**
 * One stock client as far as its transport address tells: its running calls and a ring of its last answers. A call is
 * recognised by xid *and* digest, never by the xid alone: two clients behind one address must never get each other's replies.
 * `Route` is where the reply of a running call goes.
 */
export class StockPeer<Route> {
  readonly key: Key;
  readonly #slots: number;
  readonly #answered = new Map<string, AnsweredCall>();
  /** The newest digest under each xid that is remembered: tells when a number comes back with another call. */
  readonly #newest = new Map<number, string>();
  readonly #running = new Map<string, Route>();
  #nextOrdinal = 0;
  #heardMs = 0;
  #lastHeardMs: number | undefined;

  constructor(key: Key, slots: number) {
    this.key = key;
    this.#slots = slots;
  }

  get runningCalls(): number {
    return this.#running.size;
  }

  /** Some message of the peer came. */
  heard(nowMs: number): void {
    const gapMs = nowMs - (this.#lastHeardMs ?? nowMs);
    if (gapMs <= heardGapMaxMs) this.#heardMs += gapMs;
    this.#lastHeardMs = nowMs;
  }

  /** Takes over what the stable area holds, in any order: its time of retention starts anew. */
  restore(reply: StockReply): void {
    this.#keep({ ...reply, batch: 0, heardMs: this.#heardMs });
    if (reply.ordinal >= this.#nextOrdinal) this.#nextOrdinal = reply.ordinal + 1;
  }

  /** Takes over a call that an earlier process has begun: it runs from the moment the peer is loaded. */
  restoreRunning(xid: number, digest: Uint8Array, route: Route): void {
    const id = callId(xid, digest);
    this.#running.set(id, route);
    this.#newest.set(xid, id);
  }

  /**
   * The digest under which a call is remembered: its own, or, where that is not known but another under its xid is, the one
   * that it had before an upgrade, if that is known.
   */
  rememberedDigest(
    xid: number,
    digest: Uint8Array,
    earlierDigest: () => Uint8Array | undefined,
  ): Uint8Array {
    if (!this.#newest.has(xid) || this.#isKnown(xid, digest)) return digest;
    const earlier = earlierDigest();
    return earlier !== undefined && this.#isKnown(xid, earlier) ? earlier : digest;
  }

  admit(xid: number, digest: Uint8Array, route: Route): StockAdmission<Route> {
    const id = callId(xid, digest);
    const running = this.#running.get(id);
    if (running !== undefined) return { kind: 'in-progress', running };
    const call = this.#answered.get(id);
    if (call !== undefined && this.#isKept(call)) return { kind: 'done', call };
    this.#running.set(id, route);
    // Another call under a number that is still remembered: a new client behind the address, or a short cycle of xids.
    const other = this.#answered.get(this.#newest.get(xid) ?? '');
    return { kind: 'new', collision: other !== undefined && this.#isKept(other) };
  }

  /** The slot and ordinal of the next answer; `wraps` when a younger one than promised must give way to it. */
  nextSlot(): { readonly slot: number; readonly ordinal: number; readonly wraps: boolean } {
    const ordinal = this.#nextOrdinal;
    this.#nextOrdinal += 1;
    const oldest = this.#oldestBelow(ordinal - this.#slots);
    const wraps = oldest !== undefined && this.#isKept(oldest);
    return { slot: ordinal % this.#slots, ordinal, wraps };
  }

  /** The call was executed and its reply registered; it still runs until the reply may leave. */
  answered(reply: StockReply, batch: number): void {
    this.#keep({ ...reply, batch, heardMs: this.#heardMs });
    const oldest = this.#oldestBelow(reply.ordinal - this.#slots);
    if (oldest !== undefined) this.#forget(oldest);
  }

  /** The reply leaves now, or there is none to send: where to. */
  finished(xid: number, digest: Uint8Array): Route | undefined {
    const id = callId(xid, digest);
    const route = this.#running.get(id);
    this.#running.delete(id);
    return route;
  }

  #isKnown(xid: number, digest: Uint8Array): boolean {
    const id = callId(xid, digest);
    return this.#running.has(id) || this.#answered.has(id);
  }

  #isKept(call: AnsweredCall): boolean {
    return this.#heardMs - call.heardMs <= retentionMs;
  }

  /** The map keeps the order of insertion: the first is the oldest. */
  #keep(call: AnsweredCall): void {
    const id = callId(call.xid, call.digest);
    this.#answered.delete(id);
    this.#answered.set(id, call);
    this.#newest.set(call.xid, id);
  }

  #forget(call: AnsweredCall): void {
    const id = callId(call.xid, call.digest);
    this.#answered.delete(id);
    if (this.#newest.get(call.xid) === id) this.#newest.delete(call.xid);
  }

  #oldestBelow(ordinal: number): AnsweredCall | undefined {
    for (const call of this.#answered.values()) {
      return call.ordinal <= ordinal ? call : undefined;
    }
    return undefined;
  }
}

function callId(xid: number, digest: Uint8Array): string {
  return `${xid} ${Buffer.from(digest).toString('latin1')}`;
}
