import { strict as assert } from 'node:assert';
import type { Clock } from '../../environment/clock.ts';
import type { Random } from '../../environment/random.ts';
import type { Executed, RecordStore, Transaction } from '../../stable-area/records/record-store.ts';
import type { Holder } from '../../stable-area/stable-area.ts';
import type { AnyProcedure } from '../../xdr/program.ts';
import { encodeResults } from './encoded-results.ts';
import { NestedRequest } from './nested/nested-call.ts';
import type { Caller, ServiceContext, VolumeState } from './service.ts';

/** A procedure with its arguments. */
export interface Work {
  readonly procedure: AnyProcedure;
  execute(context: ServiceContext): unknown;
}

/** What one transaction of a procedure comes to: its encoded result, or a call that must be made first. */
export type Ending =
  | { readonly kind: 'results'; readonly results: readonly Buffer[] }
  | { readonly kind: 'nested'; readonly request: NestedRequest };

/** Adds PA's own changes to a procedure's, in the same transaction, and says what is to be done when that is committed. */
export type Close<R> = (transaction: Transaction, ending: Ending) => R;

/** What a volume's procedures may depend on, always as of now. */
export function volumeState(alias: string, holder: Holder): VolumeState {
  return {
    alias,
    areaId: holder.claim.areaId,
    epoch: holder.claim.epoch,
    writeVerifier: holder.claim.writeVerifier,
    get admitsGrowth() {
      return holder.admitsGrowth;
    },
    get space() {
      return holder.space;
    },
  };
}

/** The context of one call: its time and random bytes are the same however often the procedure is repeated. */
class CallContext implements ServiceContext {
  readonly transaction: Transaction;
  readonly caller: Caller;
  readonly volume: VolumeState;
  readonly nowMicroseconds: number;
  readonly #random: Random;
  #bytes: Buffer | undefined;

  constructor(
    transaction: Transaction,
    caller: Caller,
    volume: VolumeState,
    nowMicroseconds: number,
    random: Random,
  ) {
    this.transaction = transaction;
    this.caller = caller;
    this.volume = volume;
    this.nowMicroseconds = nowMicroseconds;
    this.#random = random;
  }

  get random(): Buffer {
    this.#bytes ??= this.#random.bytes(8);
    return this.#bytes;
  }
}

/** A caller for the volume's own work, which nobody called. */
const nobody: Caller = {
  credential: { flavor: 'AUTH_NONE' },
  address: '',
  port: 0,
  transport: 'tcp',
};

/** Executes procedures as transactions: handler, encoded result, and what PA registers, all or nothing. */
export class Executor {
  readonly #store: RecordStore;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly volume: VolumeState;

  constructor(store: RecordStore, volume: VolumeState, clock: Clock, random: Random) {
    this.#store = store;
    this.volume = volume;
    this.#clock = clock;
    this.#random = random;
  }

  /** An exception of the handler is passed on and has changed nothing. */
  call<R>(work: Work, caller: Caller, close: Close<R>): Executed<R> | Promise<Executed<R>> {
    let context: CallContext | undefined;
    return this.#store.execute((transaction) => {
      context ??= this.#context(transaction, caller);
      return close(transaction, endingOf(work, context));
    });
  }

  /** The volume's own work. */
  run<R>(work: (context: Omit<ServiceContext, 'caller'>) => R): Executed<R> | Promise<Executed<R>> {
    let context: CallContext | undefined;
    return this.#store.execute((transaction) => {
      context ??= this.#context(transaction, nobody);
      return work(context);
    });
  }

  #context(transaction: Transaction, caller: Caller): CallContext {
    return new CallContext(
      transaction,
      caller,
      this.volume,
      this.#clock.wallMicroseconds(),
      this.#random,
    );
  }
}

function endingOf(work: Work, context: ServiceContext): Ending {
  let result: unknown;
  try {
    result = work.execute(context);
  } catch (signal) {
    if (signal instanceof NestedRequest) return { kind: 'nested', request: signal };
    throw signal;
  }
  const { procedure } = work;
  assert(!(result instanceof Promise), `${procedure.name}: a handler is synchronous`);
  return { kind: 'results', results: encodeResults(procedure, result) };
}
