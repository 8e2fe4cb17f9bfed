import type { Key } from '../../stable-area/stable-area.ts';
import { sameDigest } from '../digest.ts';
import type { RegisteredStatus } from './records.ts';
import type { StockReply } from './stock-records.ts';

/** An answered call is kept until its peer was heard for this long since, while a holder served. */
export const retentionMs = 120_000;

/** Two messages further apart than this do not prove that the peer was there in between. */
export const heardGapMaxMs = 60_000;

/** A reply of the ring. */
export interface AnsweredCall extends Pick<StockReply, 'status' | 'results'> {
  /** Not to be sent before this batch is durable. */
  readonly batch: number;
}

/** The same as it is kept in memory. */
interface Answer {
  readonly status: RegisteredStatus;
  /** A byte string: a buffer of Node's pool would keep all that was made beside it, some kilobytes for each reply. */
  readonly results: string;
  readonly ordinal: number;
  readonly batch: number;
  /** The peer's heard time when it was answered. */
  readonly heardMs: number;
}

export type StockAdmission<Route> =
  | { readonly kind: 'new'; readonly collision: boolean }
  | { readonly kind: 'done'; readonly call: AnsweredCall }
  /** The caller attaches this copy to the running call. */
  | { readonly kind: 'in-progress'; readonly running: Route };

/** A call that runs, or was answered, or is being asked again after its answer may be forgotten. */
interface Remembered<Route> {
  readonly xid: number;
  readonly digest: Uint8Array;
  /** Set while it runs. */
  route: Route | undefined;
  answer: Answer | undefined;
  /** Another call under the same xid, that came before. */
  before: Remembered<Route> | undefined;
}

/**
 * One stock client as far as its transport address tells: its running calls and a ring of its last answers. A call is
 * recognised by xid *and* digest, never by the xid alone: two clients behind one address must never get each other's replies.
 * `Route` is where the reply of a running call goes.
 */
export class StockPeer<Route> {
  readonly key: Key;
  readonly #slots: number;
  /** The newest call under each xid that is remembered; the others hang on it. */
  readonly #newest = new Map<number, Remembered<Route>>();
  /** What was answered last, each at its ordinal modulo the number of slots. */
  readonly #ring: (Remembered<Route> | undefined)[] = [];
  #runningCalls = 0;
  #nextOrdinal = 0;
  #heardMs = 0;
  #lastHeardMs: number | undefined;

  constructor(key: Key, slots: number) {
    this.key = key;
    this.#slots = slots;
  }

  get runningCalls(): number {
    return this.#runningCalls;
  }

  /** How many are in memory, those included that a client is not promised any more. */
  get answers(): number {
    return this.#ring.length;
  }

  get lastHeardMs(): number | undefined {
    return this.#lastHeardMs;
  }

  /** Some message of the peer came. */
  heard(nowMs: number): void {
    const gapMs = nowMs - (this.#lastHeardMs ?? nowMs);
    if (gapMs <= heardGapMaxMs) this.#heardMs += gapMs;
    this.#lastHeardMs = nowMs;
  }

  /** Takes over what the stable area holds, in the order of the ordinals: its time of retention starts anew. */
  restore(reply: StockReply): void {
    this.answered(reply, 0);
    if (reply.ordinal >= this.#nextOrdinal) this.#nextOrdinal = reply.ordinal + 1;
  }

  /** Takes over a call that an earlier process has begun: it runs from the moment the peer is loaded. */
  restoreRunning(xid: number, digest: Uint8Array, route: Route): void {
    this.#run(this.#find(xid, digest) ?? this.#add(xid, digest), route);
  }

  /**
   * The digest under which a call is remembered: its own, or, where that is not known but another under its xid is, the one
   * that it had before an upgrade, if that is known.
   */
  rememberedDigest(xid: number, digest: Uint8Array, earlierDigest: () => Uint8Array): Uint8Array {
    if (!this.#newest.has(xid) || this.#find(xid, digest) !== undefined) return digest;
    const earlier = earlierDigest();
    return this.#find(xid, earlier) === undefined ? digest : earlier;
  }

  admit(xid: number, digest: Uint8Array, route: Route): StockAdmission<Route> {
    const newest = this.#newest.get(xid);
    const known = this.#find(xid, digest);
    if (known?.route !== undefined) return { kind: 'in-progress', running: known.route };
    if (known?.answer !== undefined && this.#isKept(known.answer)) {
      const { status, results, batch } = known.answer;
      return { kind: 'done', call: { status, results: Buffer.from(results, 'latin1'), batch } };
    }
    // Another call under a number that is still remembered: a new client behind the address, or a short cycle of xids.
    const collision = newest?.answer !== undefined && this.#isKept(newest.answer);
    this.#run(known ?? this.#add(xid, digest), route);
    return { kind: 'new', collision };
  }

  /** The slot and ordinal of the next answer; `wraps` when a younger one than promised must give way to it. */
  nextSlot(): { readonly slot: number; readonly ordinal: number; readonly wraps: boolean } {
    const ordinal = this.#nextOrdinal;
    this.#nextOrdinal += 1;
    const slot = ordinal % this.#slots;
    const oldest = this.#oldestAt(slot)?.answer;
    return { slot, ordinal, wraps: oldest !== undefined && this.#isKept(oldest) };
  }

  /** The call was executed and its reply registered; it still runs until the reply may leave. */
  answered(reply: StockReply, batch: number): void {
    const { xid, digest, status, ordinal } = reply;
    const slot = ordinal % this.#slots;
    const oldest = this.#oldestAt(slot);
    const call = this.#find(xid, digest) ?? this.#add(xid, digest);
    const results = reply.results.toString('latin1');
    call.answer = { status, results, ordinal, batch, heardMs: this.#heardMs };
    this.#ring[slot] = call;
    if (oldest === undefined || oldest === call) return;
    oldest.answer = undefined;
    this.#forgetIfOver(oldest);
  }

  /** The reply leaves now, or there is none to send: where to. */
  finished(xid: number, digest: Uint8Array): Route | undefined {
    const call = this.#find(xid, digest);
    const route = call?.route;
    if (call === undefined || route === undefined) return undefined;
    call.route = undefined;
    this.#runningCalls -= 1;
    this.#forgetIfOver(call);
    return route;
  }

  /** Whose answer a slot has: a call that was answered again since then has another one. */
  #oldestAt(slot: number): Remembered<Route> | undefined {
    const call = this.#ring[slot];
    const ordinal = call?.answer?.ordinal;
    return ordinal !== undefined && ordinal % this.#slots === slot ? call : undefined;
  }

  #run(call: Remembered<Route>, route: Route): void {
    if (call.route === undefined) this.#runningCalls += 1;
    call.route = route;
  }

  #find(xid: number, digest: Uint8Array): Remembered<Route> | undefined {
    let call = this.#newest.get(xid);
    while (call !== undefined && !sameDigest(call.digest, digest)) call = call.before;
    return call;
  }

  #add(xid: number, digest: Uint8Array): Remembered<Route> {
    const before = this.#newest.get(xid);
    const call = { xid, digest, route: undefined, answer: undefined, before };
    this.#newest.set(xid, call);
    return call;
  }

  #forgetIfOver(call: Remembered<Route>): void {
    if (call.route !== undefined || call.answer !== undefined) return;
    const newest = this.#newest.get(call.xid);
    if (newest === call) {
      if (call.before === undefined) this.#newest.delete(call.xid);
      else this.#newest.set(call.xid, call.before);
      return;
    }
    for (let other = newest; other !== undefined; other = other.before) {
      if (other.before === call) other.before = call.before;
    }
  }

  #isKept(call: Answer): boolean {
    return this.#heardMs - call.heardMs <= retentionMs;
  }
}
