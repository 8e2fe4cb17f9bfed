import assert from 'node:assert/strict';
import type { RpcCall } from '../call-message.ts';
import { countedCallBytesMin, type RpcServerLimits } from './limits.ts';
import { procedureKey, type ReplySizes } from './reply-sizes.ts';

type Limits = Pick<
  RpcServerLimits,
  'callsInFlightMax' | 'callBytesInFlightMax' | 'largeRepliesInFlightMax'
>;

/** The calls in flight under one xid: several when it was sent again. */
interface XidInFlight {
  readonly procedure: number;
  calls: number;
  countedBytes: number;
  largeReplies: number;
}

/** The calls of one connection that have neither been answered nor dropped. */
export class CallsInFlight {
  readonly #limits: Limits;
  readonly #replySizes: ReplySizes;
  readonly #byXid = new Map<number, XidInFlight>();
  #calls = 0;
  #countedBytes = 0;
  /** Calls whose replies may be large: each keeps its reply in memory from its execution on. */
  #largeReplies = 0;

  constructor(limits: Limits, replySizes: ReplySizes) {
    this.#limits = limits;
    this.#replySizes = replySizes;
  }

  get count(): number {
    return this.#calls;
  }

  /** No further call may be taken before one ends. */
  get isFull(): boolean {
    return (
      this.#calls >= this.#limits.callsInFlightMax ||
      this.#countedBytes >= this.#limits.callBytesInFlightMax ||
      this.#largeReplies >= this.#limits.largeRepliesInFlightMax
    );
  }

  begin(call: RpcCall, recordBytes: number): void {
    const procedure = procedureKey(call);
    const countedBytes = recordBytes < countedCallBytesMin ? 0 : recordBytes;
    const largeReplies = this.#replySizes.mayBeLarge(procedure) ? 1 : 0;
    this.#calls += 1;
    this.#countedBytes += countedBytes;
    this.#largeReplies += largeReplies;
    const known = this.#byXid.get(call.xid);
    if (known === undefined) {
      this.#byXid.set(call.xid, { procedure, calls: 1, countedBytes, largeReplies });
    } else {
      known.calls += 1;
      known.countedBytes += countedBytes;
      known.largeReplies += largeReplies;
    }
  }

  /** `replyBytes`: absent when the call gets no reply. */
  end(xid: number, replyBytes?: number): void {
    const ended = this.#byXid.get(xid);
    assert(ended !== undefined, 'a call is answered or dropped once');
    if (replyBytes !== undefined) this.#replySizes.note(ended.procedure, replyBytes);
    this.#calls -= 1;
    ended.calls -= 1;
    // Which of several under one xid it was, nobody knows: what they are counted as is free when all have ended.
    if (ended.calls > 0) return;
    this.#countedBytes -= ended.countedBytes;
    this.#largeReplies -= ended.largeReplies;
    this.#byXid.delete(xid);
  }
}
