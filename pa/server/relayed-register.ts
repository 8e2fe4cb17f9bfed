import type { Transaction } from '../../stable-area/records/record-store.ts';
import type { CallTarget } from './call-target.ts';
import type { RegisteredReply } from './records.ts';
import type { CallRegister } from './registered-call.ts';

/**
 * Registers a call that a gateway relayed twice: under the gateway's own id, for its resends, and under the stock
 * client's identity, by which a restarted gateway finds again what was done before it died.
 */
export class RelayedRegister implements CallRegister {
  readonly #own: CallRegister;
  readonly #original: CallRegister;

  constructor(own: CallRegister, original: CallRegister) {
    this.#own = own;
    this.#original = original;
  }

  put(transaction: Transaction, reply: RegisteredReply): void {
    // The own id first: it is the one that may refuse.
    this.#own.put(transaction, reply);
    this.#original.put(transaction, reply);
  }

  executed(reply: RegisteredReply, batch: number): void {
    this.#own.executed(reply, batch);
    this.#original.executed(reply, batch);
  }

  /** A duplicate may have come by either identity: the reply goes to the connection that was opened last. */
  finished(): CallTarget | undefined {
    const own = this.#own.finished();
    const original = this.#original.finished();
    if (own === undefined || original === undefined) return own ?? original;
    const [later, earlier] =
      original.connection.id > own.connection.id ? [original, own] : [own, original];
    if (earlier.connection !== later.connection || earlier.xid !== later.xid) {
      earlier.connection.drop(earlier.xid);
    }
    return later;
  }

  refused(target: CallTarget): void {
    this.#own.refused(target);
  }
}
