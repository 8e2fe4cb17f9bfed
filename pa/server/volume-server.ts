import type { Clock, Timers } from '../../environment/clock.ts';
import type { Random } from '../../environment/random.ts';
import type { RpcCall } from '../../rpc/call-message.ts';
import { rejectedReply } from '../../rpc/reply-message.ts';
import type { RpcConnection } from '../../rpc/server/connection.ts';
import type { HolderWatch } from '../../stable-area/records/holder-watch.ts';
import { createRecordStore } from '../../stable-area/records/store.ts';
import { paFlavor } from '../header.ts';
import type { ClusterSecret } from '../secret.ts';
import { type CallTarget, isLost } from './call-target.ts';
import { Callers } from './callers.ts';
import { type CallCounters, newCallCounters } from './counters.ts';
import { Executor, volumeState } from './executor.ts';
import type { Failpoints } from './failpoints.ts';
import { FtIpc } from './ft-ipc.ts';
import { NestedCalls, type Outside } from './nested/nested-calls.ts';
import { restoreNestedCalls } from './nested/restore.ts';
import { ReadingTurns } from './reading-turns.ts';
import { RegisteredCalls } from './registered-call.ts';
import { ReplyGate } from './reply-gate.ts';
import type { ReplyRoute } from './reply-route.ts';
import type { VolumeServices } from './service.ts';
import { serviceTableOf } from './service-table.ts';
import { Sessions } from './sessions.ts';
import { StockCalls } from './stock-calls.ts';
import { type StockLimits, StockPeers } from './stock-peers.ts';

export interface VolumeServerOptions {
  readonly alias: string;
  readonly watch: HolderWatch;
  readonly services: VolumeServices;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly leaseMs: number;
  readonly registration: boolean;
  readonly failpoints: Failpoints;
  readonly cacheBytesMax: number;
  readonly stockLimits?: StockLimits;
  readonly secret?: ClusterSecret | undefined;
  /** Other aliases; without it no procedure can call one. */
  readonly outside?: Outside;
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
  readonly sessions: Sessions<ReplyRoute>;
  readonly executor: Executor;
  readonly #options: VolumeServerOptions;
  readonly peers: StockPeers<ReplyRoute>;
  readonly #callers = new Callers();
  readonly #ftIpc: FtIpc;
  readonly #stock: StockCalls;
  readonly #statistics: () => Readonly<Record<string, number>>;
  readonly #restore: () => Promise<void>;
  /** Called after each call that may have changed something. */
  onChange: (() => void) | undefined;

  constructor(options: VolumeServerOptions) {
    const { watch, clock, random, leaseMs } = options;
    const store = createRecordStore(watch, { cacheBytesMax: options.cacheBytesMax });
    this.#options = options;
    this.gate = new ReplyGate(watch);
    this.sessions = new Sessions(store, clock, leaseMs);
    this.executor = new Executor(store, volumeState(options.alias, watch.holder), clock, random);
    const { gate, sessions, executor, counters } = this;
    const common = {
      turns: new ReadingTurns(clock, options.timers),
      gate,
      executor,
      store,
      counters,
      table: serviceTableOf(options.services),
      registration: options.registration,
      failed: (error: unknown, target: CallTarget) => {
        this.#failed(error, target);
      },
      fault: (procedure: string, error: unknown) => {
        this.#fault(procedure, error);
      },
    };
    const { failpoints, outside, secret } = options;
    const nested =
      outside &&
      new NestedCalls({
        ...common,
        outside,
        secret,
        watch,
        failpoints,
        failed: (error) => {
          if (!isLost(error)) options.report('a call to another alias cannot go on', error);
        },
      });
    const calls = new RegisteredCalls({
      ...common,
      failpoints,
      nested,
      changed: () => this.onChange?.(),
    });
    this.peers = new StockPeers(store, clock, options.stockLimits);
    this.#ftIpc = new FtIpc({
      ...common,
      sessions,
      calls,
      nested,
      peers: this.peers,
      secret,
      holder: watch.holder,
    });
    this.#stock = new StockCalls({ ...common, peers: this.peers, calls });
    sessions.onEnd = (client) => {
      nested?.abandon(client);
    };
    const { epoch } = watch.holder.claim;
    const { peers } = this;
    this.#restore = async () => {
      if (nested !== undefined) {
        await restoreNestedCalls({ ...common, epoch, nested, calls, sessions, peers });
      }
    };
    this.#statistics = () => ({ ...store.statistics(), ...this.gate.statistics() });
  }

  statistics(): Readonly<Record<string, number>> {
    return {
      ...this.#statistics(),
      ...this.counters,
      stockPeers: this.peers.size,
      stockPeersForgotten: this.peers.forgotten,
    };
  }

  /** Takes over what an earlier holder has begun; before the first call. */
  restore(): Promise<void> {
    return this.#restore();
  }

  /** Every call that arrives for the volume, with or without a PA header. */
  onCall(call: RpcCall, connection: RpcConnection): void {
    const caller = this.#callers.find(call, connection);
    if ('authStat' in caller) {
      const { authStat } = caller;
      connection.reply(call.xid, rejectedReply({ status: 'AUTH_ERROR', authStat }));
      return;
    }
    if (call.verifier.flavor === paFlavor) this.#ftIpc.onCall(call, connection, caller);
    else this.#stock.onCall(call, connection, caller);
  }

  /** The holder was lost under the call, or something of ours failed: it stays unanswered, and will come again. */
  #failed(error: unknown, { connection, xid }: CallTarget): void {
    connection.drop(xid);
    if (!isLost(error)) this.#options.report('a call could not be processed', error);
  }

  #fault(procedure: string, error: unknown): void {
    this.counters.faults += 1;
    this.#options.report(`${procedure} failed and was answered with a server fault`, error);
  }
}
