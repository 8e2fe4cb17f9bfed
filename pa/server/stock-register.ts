import { strict as assert } from 'node:assert';
import type { Transaction } from '../../stable-area/records/record-store.ts';
import type { CallIds } from './call-ids.ts';
import type { CallTarget } from './call-target.ts';
import type { CallCounters } from './counters.ts';
import type { RegisteredReply } from './records.ts';
import type { CallRegister } from './registered-call.ts';
import type { ReplyRoute } from './reply-route.ts';
import type { StockPeer } from './stock-peer.ts';
import { slotKey } from './slot-keys.ts';
import { type StockReply, stockReplies } from './stock-records.ts';

/** Registers a stock client's call in the ring of its peer. */
export class StockRegister implements CallRegister {
  readonly #peer: StockPeer<ReplyRoute>;
  readonly #xid: number;
  readonly #digest: Uint8Array;
  readonly #durably: boolean;
  readonly #counters: CallCounters;
  #answer: StockReply | undefined;

  constructor(
    peer: StockPeer<ReplyRoute>,
    xid: number,
    digest: Uint8Array,
    durably: boolean,
    counters: CallCounters,
  ) {
    this.#peer = peer;
    this.#xid = xid;
    this.#digest = digest;
    this.#durably = durably;
    this.#counters = counters;
  }

  get ids(): CallIds {
    return { stock: { peer: this.#peer.key, xid: this.#xid } };
  }

  /** A stock client has no lease that could end. */
  check(): void {
    return;
  }

  put(transaction: Transaction, reply: RegisteredReply): void {
    const { slot, ordinal, wraps } = this.#peer.nextSlot();
    const { digest, status, results } = reply;
    this.#answer = { xid: this.#xid, digest, status, results, ordinal };
    if (wraps) this.#counters.ringWraps += 1;
    if (!this.#durably) return;
    transaction.put(stockReplies, slotKey(this.#peer.key, slot), this.#answer);
  }

  executed(_: RegisteredReply, batch: number): void {
    assert(this.#answer !== undefined, 'a reply is put before its transaction is committed');
    this.#peer.answered(this.#answer, batch);
  }

  finished(): CallTarget | undefined {
    return this.#peer.finished(this.#xid, this.#digest)?.target;
  }

  refused(): void {
    throw new Error('a stock client is never refused');
  }
}
