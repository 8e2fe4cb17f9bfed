import assert from 'node:assert/strict';
import type { Environment } from '../../../environment/environment.ts';
import { type ManualClock, manualClock } from '../../../environment/testing/manual-clock.ts';
import { seededRandom } from '../../../environment/testing/seeded-random.ts';
import type { RpcCall } from '../../../rpc/call-message.ts';
import { authNone } from '../../../rpc/opaque-auth.ts';
import { decodeReply } from '../../../rpc/reply-message.ts';
import type { RpcConnection } from '../../../rpc/server/connection.ts';
import { type MemoryArea, openMemoryArea } from '../../../stable-area/memory/memory-area.ts';
import { MemoryDisk } from '../../../stable-area/memory/memory-disk.ts';
import { HolderWatch } from '../../../stable-area/records/holder-watch.ts';
import type { Claimant, Holder } from '../../../stable-area/stable-area.ts';
import { decodeAll, encodeToBuffer } from '../../../xdr/decode.ts';
import type { Procedure } from '../../../xdr/program.ts';
import {
  type CallHeader,
  decodeReplyHeader,
  encodeCallHeader,
  paFlavor,
  type ReplyHeader,
} from '../../header.ts';
import type { ClusterSecret } from '../../secret.ts';
import { noFailpoints } from '../failpoints.ts';
import { VolumeServer, type VolumeServerOptions } from '../volume-server.ts';
import { NamesV1, type NameStatus, namesServices } from './names-service.ts';

export interface TestReply {
  /** Everything after the xid. */
  readonly bytes: Buffer;
  readonly header: ReplyHeader | undefined;
  readonly acceptStat: string;
  readonly results: Buffer | undefined;
}

/** One connection of a client, with what came back on it. A call that ends twice is a failed assertion, as in a server's. */
export class TestConnection {
  readonly replies = new Map<number, TestReply>();
  readonly dropped: number[] = [];
  readonly rpc: RpcConnection;
  readonly #inFlight: number[] = [];

  constructor(id: number, port: number) {
    const peer = { host: '127.0.0.1', port };
    this.rpc = {
      id,
      transport: 'tcp',
      peer,
      local: peer,
      isClosed: false,
      unsentBytes: 0,
      callsInFlight: 0,
      reply: (xid, message) => {
        this.#end(xid);
        this.replies.set(xid, parseReply(xid, message));
      },
      drop: (xid) => {
        this.#end(xid);
        this.dropped.push(xid);
      },
      pauseReading: () => undefined,
      resumeReading: () => undefined,
      close: () => undefined,
      end: () => undefined,
      onClose: () => undefined,
    };
  }

  /** Calls that were neither answered nor dropped, by xid. */
  get inFlight(): readonly number[] {
    return this.#inFlight;
  }

  begin(xid: number): void {
    this.#inFlight.push(xid);
  }

  #end(xid: number): void {
    const at = this.#inFlight.indexOf(xid);
    assert(at >= 0, 'a call is answered or dropped once');
    this.#inFlight.splice(at, 1);
  }
}

function parseReply(xid: number, message: readonly Buffer[]): TestReply {
  const bytes = Buffer.concat(message);
  const word = Buffer.alloc(4);
  word.writeUInt32BE(xid);
  const reply = decodeReply(Buffer.concat([word, bytes]));
  if (reply?.accepted !== true) {
    return { bytes, header: undefined, acceptStat: 'denied', results: undefined };
  }
  const header = decodeReplyHeader(reply.verifier.body);
  return {
    bytes,
    header: reply.verifier.flavor === paFlavor && header.ok ? header.header : undefined,
    acceptStat: reply.outcome.status,
    results: reply.outcome.status === 'SUCCESS' ? reply.outcome.results : undefined,
  };
}

/** A server over a stable area in memory, with claims made by hand: what a process does, without its sockets. */
export class TestVolume {
  readonly time: ManualClock = manualClock();
  readonly disk = new MemoryDisk();
  readonly environment: Pick<Environment, 'clock' | 'timers' | 'random'> = {
    clock: this.time.clock,
    timers: this.time.timers,
    random: seededRandom(7),
  };
  readonly reports: string[] = [];
  #connections = 0;
  #xid = 100;

  /** `port`: the client's; a connection with the port of an earlier one is its reconnection. */
  connection(port?: number): TestConnection {
    this.#connections += 1;
    return new TestConnection(this.#connections, port ?? 1_000 + this.#connections);
  }

  /** Claims the next epoch and serves it. */
  async claim(options: Partial<VolumeServerOptions> = {}): Promise<TestServer> {
    const area = openMemoryArea(this.disk, this.environment);
    const claiming = area.claim(claimant);
    const outcome = await this.#settled(claiming);
    if (outcome.kind !== 'held') throw new Error('the claim was lost');
    const server = new VolumeServer({
      alias: 'names',
      watch: new HolderWatch(outcome.holder),
      services: namesServices,
      clock: this.environment.clock,
      timers: this.environment.timers,
      random: this.environment.random,
      leaseMs: 60_000,
      registration: true,
      failpoints: noFailpoints,
      cacheBytesMax: 1_000_000,
      report: (message) => this.reports.push(message),
      ...options,
    });
    return { server, holder: outcome.holder, area };
  }

  async #settled<T>(promise: Promise<T>): Promise<T> {
    const state = { done: false };
    void promise.finally(() => {
      state.done = true;
    });
    for (let turns = 0; turns < 1_000 && !state.done; turns += 1) await this.time.advance(1);
    return promise;
  }

  /** Sends a call; the reply is in `connection.replies` under the xid that is returned, once time was given. */
  send<A>(to: TestServer, connection: TestConnection, what: TestCall<A>): number {
    this.#xid += 1;
    const xid = what.xid ?? this.#xid;
    const header: CallHeader = {
      aliasUi: Buffer.from(to.holder.claim.areaId),
      clientUi: testClient,
      incarnation: 1,
      sequence: 1,
      lowestUnfinished: 1,
      hintEpoch: 1,
      origin: undefined,
      ...what.header,
    };
    const call: RpcCall = {
      xid,
      rpcVersion: 2,
      program: what.program ?? NamesV1.program,
      version: 1,
      procedure: what.procedure.number,
      credential: authNone,
      verifier:
        what.header === undefined
          ? authNone
          : { flavor: paFlavor, body: encodeCallHeader(header, what.secret) },
      argumentBytes: encodeToBuffer(what.procedure.arguments, what.args),
    };
    connection.begin(xid);
    to.server.onCall(call, connection.rpc);
    return xid;
  }

  /** Sends a call and waits until everything has come to rest. */
  async ask<A>(
    to: TestServer,
    connection: TestConnection,
    what: TestCall<A>,
  ): Promise<TestReply | undefined> {
    const xid = this.send(to, connection, what);
    await this.time.advance(10);
    return connection.replies.get(xid);
  }
}

export interface TestServer {
  readonly server: VolumeServer;
  readonly holder: Holder;
  readonly area: MemoryArea;
}

export interface TestCall<A> {
  readonly procedure: Procedure<A, unknown>;
  readonly args: A;
  readonly program?: number;
  /** A new one where absent. */
  readonly xid?: number;
  /** Fields of the PA header that matter; absent: a stock call without one. */
  readonly header?: Partial<CallHeader>;
  /** Signs the header. */
  readonly secret?: ClusterSecret;
}

export const testClient = Buffer.alloc(16, 0xc1);

const claimant: Claimant = {
  node: 'a',
  process: 'p',
  pairAddress: '127.0.0.1:1',
  pid: 1,
  startTime: '0',
  namespace: '0',
};

export function nameStatus(reply: TestReply | undefined): NameStatus | undefined {
  if (reply?.results === undefined) return undefined;
  const decoded = decodeAll(NamesV1.procedures.make.result, reply.results);
  return decoded.ok ? decoded.value : undefined;
}
