import type { Transaction } from '../../stable-area/records/record-store.ts';
import type { CallIds } from './call-ids.ts';
import type { CallTarget } from './call-target.ts';
import { type RegisteredReply, registeredReplies, replyKey } from './records.ts';
import { type CallRegister, RefusedByRegister } from './registered-call.ts';
import type { ReplyRoute } from './reply-route.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';

/** Registers a call under its client's sequence number, and frees what the client has completed on the way. */
export class SessionRegister implements CallRegister {
  readonly #sessions: Sessions<ReplyRoute>;
  readonly #session: Session<ReplyRoute>;
  readonly #sequence: number;
  readonly #durably: boolean;
  readonly #expired: (target: CallTarget) => void;
  #freed: () => void = () => undefined;

  /** `durably: false` remembers replies in memory alone: the control of a chaos run. */
  constructor(
    sessions: Sessions<ReplyRoute>,
    session: Session<ReplyRoute>,
    sequence: number,
    durably: boolean,
    expired: (target: CallTarget) => void,
  ) {
    this.#sessions = sessions;
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
    this.#freed = this.#sessions.free(this.#session, transaction);
    if (!this.#durably) return;
    transaction.put(registeredReplies, replyKey(this.#session.client, this.#sequence), reply);
  }

  executed(reply: RegisteredReply, batch: number): void {
    this.#freed();
    this.#session.executed(this.#sequence, { ...reply, batch });
  }

  finished(): CallTarget | undefined {
    return this.#session.finished(this.#sequence)?.target;
  }

  refused(target: CallTarget): void {
    this.#expired(target);
  }
}
