import { acceptedReply, successReply } from '../../rpc/reply-message.ts';
import type { OpaqueAuth } from '../../rpc/opaque-auth.ts';
import type { Executed, RecordStore, Transaction } from '../../stable-area/records/record-store.ts';
import { type CallTarget, isLost } from './call-target.ts';
import type { CallCounters } from './counters.ts';
import type { Executor } from './executor.ts';
import type { Failpoints } from './failpoints.ts';
import type { RegisteredReply } from './records.ts';
import type { ReplyGate } from './reply-gate.ts';
import type { Caller } from './service.ts';
import type { ServiceRow } from './service-table.ts';

/** Where one call is registered, and where its reply goes: under a client's sequence number, in a stock peer's ring, or both. */
export interface CallRegister {
  /**
   * Adds what registers the reply to the transaction that executes the call; runs once, in the execution that counts.
   * Throws a RefusedByRegister when the call may not be executed any more.
   */
  put(transaction: Transaction, reply: RegisteredReply): void;
  /** The transaction was committed: duplicates get this reply from now on, once the batch is durable. */
  executed(reply: RegisteredReply, batch: number): void;
  /** The reply may leave, or the call is over without one: where the newest copy of it came from. */
  finished(): CallTarget | undefined;
  /** What the caller is told after a RefusedByRegister. */
  refused(target: CallTarget): void;
}

/** Thrown out of a transaction whose call may not be executed any more; changes nothing. */
export class RefusedByRegister extends Error {}

export interface RegisteredCallParts {
  readonly executor: Executor;
  readonly store: RecordStore;
  readonly gate: ReplyGate;
  readonly counters: CallCounters;
  readonly failpoints: Failpoints;
  readonly fault: (procedure: string, error: unknown) => void;
  /** The holder was lost, or something of ours failed: the call stays unanswered, and will come again. */
  readonly failed: (error: unknown, target: CallTarget) => void;
  readonly changed: () => void;
}

export interface RegisteredCall {
  readonly row: ServiceRow;
  readonly args: unknown;
  readonly caller: Caller;
  readonly digest: Uint8Array;
  readonly register: CallRegister;
  /** Verifier of the reply. */
  readonly verifier: OpaqueAuth;
}

/** Executes mutating calls that were admitted as new: effects and registered reply in one batch, then sync, check, reply. */
export class RegisteredCalls {
  readonly #parts: RegisteredCallParts;

  constructor(parts: RegisteredCallParts) {
    this.#parts = parts;
  }

  execute(call: RegisteredCall): void {
    const { executor, failpoints, fault } = this.#parts;
    const { row, args, caller, digest, register } = call;
    let reply: RegisteredReply = { digest, status: 'success', results: Buffer.alloc(0) };
    const put = (transaction: Transaction, buffers: readonly Buffer[]): void => {
      reply = { ...reply, results: Buffer.concat(buffers) };
      register.put(transaction, reply);
      failpoints.pass('before-commit');
    };
    settle(
      () => executor.call(row, args, caller, put),
      ({ batch }) => {
        this.#finish(call, reply, batch);
        this.#parts.changed();
      },
      (error) => {
        if (this.#isOver(error, call)) return;
        fault(row.procedure.name, error);
        this.#registerFault(call);
      },
    );
  }

  /** A poison call must not be executed again by every primary in turn: its fault is its registered reply. */
  #registerFault(call: RegisteredCall): void {
    const { digest, register } = call;
    const reply: RegisteredReply = { digest, status: 'system-error', results: Buffer.alloc(0) };
    settle(
      () =>
        this.#parts.store.execute((transaction) => {
          register.put(transaction, reply);
        }),
      ({ batch }) => {
        this.#finish(call, reply, batch);
      },
      (error) => {
        if (!this.#isOver(error, call)) this.#abandon(error, call);
      },
    );
  }

  /** Handles what is no fault of the handler's. */
  #isOver(error: unknown, call: RegisteredCall): boolean {
    if (error instanceof RefusedByRegister) {
      const target = call.register.finished();
      if (target !== undefined) call.register.refused(target);
      return true;
    }
    if (!isLost(error)) return false;
    this.#abandon(error, call);
    return true;
  }

  #abandon(error: unknown, call: RegisteredCall): void {
    const target = call.register.finished();
    if (target !== undefined) this.#parts.failed(error, target);
  }

  /** Executed and registered: the reply leaves when that is durable and confirmed, to whoever asked last. */
  #finish({ register, verifier }: RegisteredCall, reply: RegisteredReply, batch: number): void {
    this.#parts.counters.executed += 1;
    register.executed(reply, batch);
    this.#parts.gate.release(batch, () => {
      this.#parts.failpoints.pass('after-commit-before-reply');
      const target = register.finished();
      target?.connection.reply(target.xid, replyMessage(reply, verifier));
    });
  }
}

/** A registered reply as it goes out, after the xid. */
export function replyMessage(
  { status, results }: Pick<RegisteredReply, 'status' | 'results'>,
  verifier: OpaqueAuth,
): Buffer[] {
  return status === 'success'
    ? successReply([results], verifier)
    : acceptedReply({ status: 'SYSTEM_ERR' }, verifier);
}

/** Handles what an execution gives, now or later, and what it throws. */
export function settle<T>(
  execute: () => Executed<T> | Promise<Executed<T>>,
  executed: (outcome: Executed<T>) => void,
  failed: (error: unknown) => void,
): void {
  let outcome: Executed<T> | Promise<Executed<T>>;
  try {
    outcome = execute();
  } catch (error) {
    failed(error);
    return;
  }
  if (outcome instanceof Promise) outcome.then(executed, failed);
  else executed(outcome);
}
