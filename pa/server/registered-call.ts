import { strict as assert } from 'node:assert';
import { acceptedReply, successReply } from '../../rpc/reply-message.ts';
import type { OpaqueAuth } from '../../rpc/opaque-auth.ts';
import type { Executed, RecordStore, Transaction } from '../../stable-area/records/record-store.ts';
import type { CallIds } from './call-ids.ts';
import { type CallTarget, isForAnother } from './call-target.ts';
import type { CallCounters } from './counters.ts';
import type { Ending, Executor, Work } from './executor.ts';
import type { Failpoints } from './failpoints.ts';
import type { InnerCall, NestedCalls } from './nested/nested-calls.ts';
import type { Message } from './nested/records.ts';
import type { RegisteredReply } from './records.ts';
import type { ReplyGate } from './reply-gate.ts';
import type { Caller, ServiceContext } from './service.ts';
import type { ServiceRow } from './service-table.ts';

/** Where one call is registered, and where its reply goes: under a client's sequence number, in a stock peer's ring, or both. */
export interface CallRegister {
  readonly ids: CallIds;
  /** Throws a RefusedByRegister when the call may not be executed any more. For its first transaction. */
  check(): void;
  /**
   * Adds what registers the reply to the transaction that executes the call; runs once, in the execution that counts.
   * A caller that was forgotten meanwhile asks for nothing: then nothing is added.
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
  /** Undefined where no other alias can be reached. */
  readonly nested: NestedCalls | undefined;
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
  readonly message: Message;
  readonly caller: Caller;
  readonly digest: Uint8Array;
  readonly register: CallRegister;
  /** Verifier of the reply. */
  readonly verifier: OpaqueAuth;
}

const noResults = Buffer.alloc(0);

/** What one committed transaction of a call has come to. */
type Committed =
  | { readonly kind: 'replied'; readonly reply: RegisteredReply }
  | { readonly kind: 'nested'; readonly inner: InnerCall };

/**
 * Executes mutating calls that were admitted as new: effects and registered reply in one batch, then sync, check, reply. A
 * call that calls another alias is executed in several transactions, and runs until the last of them.
 */
export class RegisteredCalls {
  readonly #parts: RegisteredCallParts;

  constructor(parts: RegisteredCallParts) {
    this.#parts = parts;
  }

  execute(call: RegisteredCall): void {
    const { row, args } = call;
    const execute = (context: ServiceContext): unknown => row.handle(args, context);
    this.#run(call, { procedure: row.procedure, execute }, undefined);
  }

  /** A call of an earlier process, which waits for its inner call; an orphan's is ended where that is still possible. */
  takeOver(call: RegisteredCall, inner: InnerCall, isOrphan: boolean): void {
    this.#parts.gate.release(0, () => {
      this.#send(call, inner);
      if (isOrphan) this.#parts.nested?.abandonInner(inner);
    });
  }

  /** `before`: the inner call whose outcome this is. */
  #run(call: RegisteredCall, work: Work, before: InnerCall | undefined): void {
    const { executor, fault, changed } = this.#parts;
    settle(
      () => executor.call(work, call.caller, (...ending) => this.#close(call, before, ...ending)),
      ({ result, batch }) => {
        if (result.kind === 'replied') this.#finish(call, result.reply, batch, before);
        else this.#callOnward(call, result.inner, batch, before);
        changed();
      },
      (error) => {
        if (this.#isOver(error, call)) return;
        fault(call.row.procedure.name, error);
        this.#registerFault(call, before);
      },
    );
  }

  #close(
    call: RegisteredCall,
    before: InnerCall | undefined,
    transaction: Transaction,
    ending: Ending,
  ): Committed {
    const { nested, failpoints } = this.#parts;
    const { digest, register, message, caller } = call;
    if (before === undefined) register.check();
    else nested?.delete(transaction, before);
    if (ending.kind === 'nested') {
      assert(nested !== undefined, 'a volume without a directory can call no other alias');
      const outer = { ids: register.ids, digest, message, caller };
      const inner = nested.put(transaction, outer, ending.request, before);
      failpoints.pass('before-commit');
      return { kind: 'nested', inner };
    }
    const [first = noResults, ...more] = ending.results;
    const results = more.length === 0 ? first : Buffer.concat(ending.results);
    const reply: RegisteredReply = { digest, status: 'success', results };
    register.put(transaction, reply);
    failpoints.pass(before === undefined ? 'before-commit' : 'before-second-commit');
    return { kind: 'replied', reply };
  }

  /** Nothing is sent before the transaction that asks for it is durable and confirmed. */
  #callOnward(
    call: RegisteredCall,
    inner: InnerCall,
    batch: number,
    before: InnerCall | undefined,
  ): void {
    this.#parts.nested?.began(inner);
    this.#parts.gate.release(batch, () => {
      if (before !== undefined) this.#parts.nested?.finished(before);
      this.#send(call, inner);
    });
  }

  #send(call: RegisteredCall, inner: InnerCall): void {
    const { row, args } = call;
    const continuation = row.continuations.get(inner.record.then);
    assert(continuation !== undefined, `${row.procedure.name} has no "${inner.record.then}"`);
    this.#parts.nested?.send(inner, continuation.after, (outcome) => {
      const execute = (context: ServiceContext): unknown =>
        continuation.handle(args, outcome, context);
      this.#run(call, { procedure: row.procedure, execute }, inner);
    });
  }

  /** A poison call must not be executed again by every primary in turn: its fault is its registered reply. */
  #registerFault(call: RegisteredCall, before: InnerCall | undefined): void {
    const { digest, register } = call;
    const reply: RegisteredReply = { digest, status: 'system-error', results: Buffer.alloc(0) };
    settle(
      () =>
        this.#parts.store.execute((transaction) => {
          if (before === undefined) register.check();
          else this.#parts.nested?.delete(transaction, before);
          register.put(transaction, reply);
        }),
      ({ batch }) => {
        this.#finish(call, reply, batch, before);
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
    if (!isForAnother(error)) return false;
    this.#abandon(error, call);
    return true;
  }

  #abandon(error: unknown, call: RegisteredCall): void {
    const target = call.register.finished();
    if (target !== undefined) this.#parts.failed(error, target);
  }

  /** Executed and registered: the reply leaves when that is durable and confirmed, to whoever asked last. */
  #finish(
    { register, verifier }: RegisteredCall,
    reply: RegisteredReply,
    batch: number,
    before: InnerCall | undefined,
  ): void {
    this.#parts.counters.executed += 1;
    register.executed(reply, batch);
    this.#parts.gate.release(batch, () => {
      this.#parts.failpoints.pass('after-commit-before-reply');
      if (before !== undefined) this.#parts.nested?.finished(before);
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
