import type { Transaction } from '../../stable-area/records/record-store.ts';
import type { CallIds } from './call-ids.ts';
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

  get ids(): CallIds {
    return { ...this.#own.ids, ...this.#original.ids };
  }

  /** The own id is the one that may refuse. */
  check(): void {
    this.#own.check();
  }

  put(transaction: Transaction, reply: RegisteredReply): void {
    this.#own.put(transaction, reply);
    this.#original.put(transaction, reply);
  }

  executed(reply: RegisteredReply, batch: number): void {
    this.#own.executed(reply, batch);
    this.#original.executed(reply, batch);
  }

  /** Both identities share one route: whichever a copy came by, the target is the same. */
  finished(): CallTarget | undefined {
    this.#original.finished();
    return this.#own.finished();
  }

  refused(target: CallTarget): void {
    this.#own.refused(target);
  }
}
