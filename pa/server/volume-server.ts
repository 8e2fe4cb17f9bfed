import type { Clock } from '../../environment/clock.ts';
import type { Random } from '../../environment/random.ts';
import { parseCredential } from '../../rpc/auth.ts';
import type { RpcCall } from '../../rpc/call-message.ts';
import { acceptedReply, rejectedReply, successReply } from '../../rpc/reply-message.ts';
import type { RpcConnection } from '../../rpc/server/connection.ts';
import type { HolderWatch } from '../../stable-area/records/holder-watch.ts';
import { createRecordStore } from '../../stable-area/records/store.ts';
import { decodeAll } from '../../xdr/decode.ts';
import { paFlavor } from '../header.ts';
import { type CallTarget, isLost } from './call-target.ts';
import { type CallCounters, newCallCounters } from './counters.ts';
import { Executor, volumeState } from './executor.ts';
import type { Failpoints } from './failpoints.ts';
import { FtIpc } from './ft-ipc.ts';
import { ReplyGate } from './reply-gate.ts';
import type { Caller, VolumeServices } from './service.ts';
import { ServiceTable } from './service-table.ts';
import { Sessions } from './sessions.ts';

export interface VolumeServerOptions {
  readonly alias: string;
  readonly watch: HolderWatch;
  readonly services: VolumeServices;
  readonly clock: Clock;
  readonly random: Random;
  readonly leaseMs: number;
  readonly registration: boolean;
  readonly failpoints: Failpoints;
  readonly cacheBytesMax: number;
  /** An exception of a handler: a bug of the service. The call is answered with a server fault. */
  readonly report: (message: string, cause: unknown) => void;
}

/**
 * Serves one volume under one claim: DESIGN "The life of a mutating call". Made anew for each claim, and useless once
 * the holder is lost: then no reply leaves any more.
 */
export class VolumeServer {
  readonly gate: ReplyGate;
  readonly counters: CallCounters = newCallCounters();
  readonly sessions: Sessions<CallTarget>;
  readonly executor: Executor;
  readonly #options: VolumeServerOptions;
  readonly #table: ServiceTable;
  readonly #ftIpc: FtIpc;
  readonly #statistics: () => Readonly<Record<string, number>>;
  /** Called after each call that may have changed something. */
  onChange: (() => void) | undefined;

  constructor(options: VolumeServerOptions) {
    const { watch, clock, random, leaseMs } = options;
    const store = createRecordStore(watch, { cacheBytesMax: options.cacheBytesMax });
    this.#options = options;
    this.gate = new ReplyGate(watch);
    this.sessions = new Sessions(store, clock, leaseMs);
    this.executor = new Executor(store, volumeState(options.alias, watch.holder), clock, random);
    this.#table = new ServiceTable(options.services.services);
    this.#ftIpc = new FtIpc({
      gate: this.gate,
      sessions: this.sessions,
      executor: this.executor,
      store,
      holder: watch.holder,
      table: this.#table,
      counters: this.counters,
      registration: options.registration,
      failpoints: options.failpoints,
      failed: (error, call, connection) => {
        this.#failed(error, call, connection);
      },
      fault: (procedure, error) => {
        this.#fault(procedure, error);
      },
      changed: () => this.onChange?.(),
    });
    this.#statistics = () => ({ ...store.statistics(), ...this.gate.statistics() });
  }

  statistics(): Readonly<Record<string, number>> {
    return { ...this.#statistics(), ...this.counters };
  }

  /** Every call that arrives for the volume, with or without a PA header. */
  onCall(call: RpcCall, connection: RpcConnection): void {
    const credential = parseCredential(call.credential);
    if (credential.flavor === undefined) {
      const { authStat } = credential;
      connection.reply(call.xid, rejectedReply({ status: 'AUTH_ERROR', authStat }));
      return;
    }
    const { host: address, port } = connection.peer;
    const caller: Caller = { credential, address, port, transport: connection.transport };
    if (call.verifier.flavor === paFlavor) this.#ftIpc.onCall(call, connection, caller);
    else this.#onStockCall(call, connection, caller);
  }

  /** A call without a PA header: durable and confirmed as every call, but not registered. */
  #onStockCall(call: RpcCall, connection: RpcConnection, caller: Caller): void {
    this.counters.stock += 1;
    const found = this.#table.find(call.program, call.version, call.procedure);
    if (found.kind === 'unavailable') {
      connection.reply(call.xid, acceptedReply(found.outcome));
      return;
    }
    const { row } = found;
    const decoded = decodeAll(row.procedure.arguments, call.argumentBytes);
    if (!decoded.ok) {
      connection.reply(call.xid, acceptedReply({ status: 'GARBAGE_ARGS' }));
      return;
    }
    const answer = (batch: number, message: readonly Buffer[]): void => {
      this.gate.release(batch, () => {
        connection.reply(call.xid, message);
      });
    };
    const executed = (outcome: { result: readonly Buffer[]; batch: number }): void => {
      if (!row.reading) this.onChange?.();
      answer(outcome.batch, successReply(outcome.result));
    };
    const failed = (error: unknown): void => {
      if (isLost(error)) return;
      this.#fault(row.procedure.name, error);
      answer(0, acceptedReply({ status: 'SYSTEM_ERR' }));
    };
    try {
      const outcome = this.executor.call(row, decoded.value, caller, undefined);
      if (outcome instanceof Promise) outcome.then(executed).catch(failed);
      else executed(outcome);
    } catch (error) {
      failed(error);
    }
  }

  /** Something of ours failed, not the handler: the call stays unanswered if the holder is lost, and is sent again. */
  #failed(error: unknown, call: RpcCall, connection: RpcConnection): void {
    connection.drop(call.xid);
    if (!isLost(error)) this.#options.report('a call could not be processed', error);
  }

  #fault(procedure: string, error: unknown): void {
    this.counters.faults += 1;
    this.#options.report(`${procedure} failed and was answered with a server fault`, error);
  }
}
