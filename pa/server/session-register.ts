import type { Transaction } from '../../stable-area/records/record-store.ts';
import type { CallIds } from './call-ids.ts';
import type { CallTarget } from './call-target.ts';
import { type RegisteredReply, registeredReplies } from './records.ts';
import { slotKey } from './slot-keys.ts';
import { type CallRegister, RefusedByRegister } from './registered-call.ts';
import type { ReplyRoute } from './reply-route.ts';
import type { Session } from './session.ts';

/** Registers a call under its client's sequence number, in the place of a reply that the client has completed. */
export class SessionRegister implements CallRegister {
  readonly #session: Session<ReplyRoute>;
  readonly #sequence: number;
  readonly #durably: boolean;
  readonly #expired: (target: CallTarget) => void;
  #slot: number | undefined;

  /** `durably: false` remembers replies in memory alone: the control of a chaos run. */
  constructor(
    session: Session<ReplyRoute>,
    sequence: number,
    durably: boolean,
    expired: (target: CallTarget) => void,
  ) {
    this.#session = session;
    this.#sequence = sequence;
    this.#durably = durably;
    this.#expired = expired;
  }

  get ids(): CallIds {
    return { session: { client: this.#session.client, sequence: this.#sequence } };
  }

  check(): void {
    if (this.#session.ended) throw new RefusedByRegister();
  }

  put(transaction: Transaction, reply: RegisteredReply): void {
    if (this.#session.ended) return;
    this.#slot ??= this.#session.takeSlot();
    if (!this.#durably) return;
    const { digest, status, results } = reply;
    const sequence = this.#sequence;
    const { client, lowestUnfinished } = this.#session;
    const stored = { digest, status, results, sequence, lowestUnfinished };
    transaction.put(registeredReplies, slotKey(client, this.#slot), stored);
  }

  executed({ digest, status, results }: RegisteredReply, batch: number): void {
    if (this.#slot === undefined) return;
    this.#session.executed(this.#sequence, { digest, status, results, batch }, this.#slot);
  }

  finished(): CallTarget | undefined {
    return this.#session.finished(this.#sequence)?.target;
  }

  refused(target: CallTarget): void {
    this.#expired(target);
  }
}
