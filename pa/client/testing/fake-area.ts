import type { Clock, Timers } from '../../../environment/clock.ts';
import type { Network } from '../../../environment/network.ts';
import { PaCallState, PaProgramV1 } from '../../../protocol/generated/pa.ts';
import type { RpcCall } from '../../../rpc/call-message.ts';
import { acceptedReply, successReply } from '../../../rpc/reply-message.ts';
import type { RpcConnection } from '../../../rpc/server/connection.ts';
import { RpcServer } from '../../../rpc/server/rpc-server.ts';
import { decodeAll, encodeToBuffers } from '../../../xdr/decode.ts';
import type { Procedure } from '../../../xdr/program.ts';
import { callDigest } from '../../digest.ts';
import type { Port } from '../../directory/port.ts';
import {
  type CallHeader,
  decodeCallHeader,
  encodeReplyHeader,
  paFlavor,
  type ReplyHeader,
} from '../../header.ts';

/** What a port does with one call, instead of executing and answering it. */
export type Fault =
  | ReplyHeader
  /** Nothing at all. */
  | { readonly kind: 'silence' }
  /** The connection breaks before anything was executed. */
  | { readonly kind: 'break' }
  /** The connection breaks between commit and reply. */
  | { readonly kind: 'execute-and-break' }
  /** Executed and registered; the reply is given by `release`. */
  | { readonly kind: 'execute-and-hold' }
  /** This message, from after the xid on. */
  | { readonly kind: 'answer'; readonly message: readonly Buffer[] }
  /** Answers as a server that knows nothing of PA. */
  | { readonly kind: 'plain' };

export type Script = (received: Received) => Fault | undefined;

export interface Received {
  /** PA's own: `hello`, `aya` ...; otherwise `call`. */
  readonly what: keyof typeof PaProgramV1.procedures | 'call';
  readonly header: CallHeader;
  readonly call: RpcCall;
  /** Of the port that received it. */
  readonly epoch: number;
}

interface Registered {
  readonly digest: Buffer;
  readonly results: Buffer;
}

interface Session {
  readonly replies: Map<number, Registered>;
  lowestUnfinished: number;
}

/** The stable area of a scripted alias: what outlives the ports that serve it. It answers a call with its arguments and the number of its execution. */
export class FakeArea {
  readonly areaUi: string;
  leaseMs = 600_000;
  /** Argument bytes of every call, in the order of execution. */
  readonly executed: string[] = [];
  readonly sessions = new Map<number, Session>();
  #lastIncarnation = 0;

  constructor(areaUi = 'a'.repeat(32)) {
    this.areaUi = areaUi;
  }

  hello(previous: number): number {
    this.sessions.delete(previous);
    this.#lastIncarnation += 1;
    this.sessions.set(this.#lastIncarnation, { replies: new Map(), lowestUnfinished: 1 });
    return this.#lastIncarnation;
  }

  /** Undefined where this incarnation has no record: expired. */
  execute(header: CallHeader, call: RpcCall): Registered | 'collision' | undefined {
    const session = this.sessions.get(header.incarnation);
    if (session === undefined) return undefined;
    const { sequence, lowestUnfinished } = header;
    session.lowestUnfinished = Math.max(session.lowestUnfinished, lowestUnfinished);
    for (const known of session.replies.keys()) {
      if (known < session.lowestUnfinished) session.replies.delete(known);
    }
    const digest = callDigest(call, Buffer.from(this.areaUi, 'hex'));
    const registered = session.replies.get(sequence);
    if (registered !== undefined)
      return registered.digest.equals(digest) ? registered : 'collision';
    if (sequence < session.lowestUnfinished)
      throw new Error(`${sequence} came after its completion`);
    this.executed.push(call.argumentBytes.toString('hex'));
    const count = Buffer.alloc(4);
    count.writeUInt32BE(this.executed.length);
    const reply = { digest, results: Buffer.concat([call.argumentBytes, count]) };
    session.replies.set(sequence, reply);
    return reply;
  }
}

export interface FakePortOptions {
  readonly environment: {
    readonly network: Network;
    readonly timers: Timers;
    readonly clock: Clock;
  };
  readonly area: FakeArea;
  readonly epoch: number;
  readonly host?: string;
  readonly port?: number;
}

/** A scripted process that serves a fake area. */
export class FakePort {
  readonly port: Port;
  /** Everything that arrived, in order. */
  readonly received: Received[] = [];
  /** What AYA says of a call without a reply. */
  callState: PaCallState = PaCallState.PA_CALL_UNKNOWN;
  /** Decides what goes wrong. */
  script: Script = () => undefined;
  /** Under which it answers; at first that of `port`. */
  epoch: number;
  readonly #server: RpcServer;
  readonly #area: FakeArea;
  #held: (() => void)[] = [];

  private constructor(server: RpcServer, area: FakeArea, port: Port) {
    this.#server = server;
    this.#area = area;
    this.port = port;
    this.epoch = port.epoch;
  }

  static async start(options: FakePortOptions): Promise<FakePort> {
    const { environment, area, epoch, host = '127.0.0.1', port = 0 } = options;
    const holder: { self?: FakePort } = {};
    const server = new RpcServer({
      ...environment,
      handler: (call, connection) => holder.self?.handle(call, connection),
      onHandlerError: (error) => {
        throw error;
      },
    });
    const address = await server.listen({ host, port });
    holder.self = new FakePort(server, area, {
      ...address,
      transport: 'tcp',
      epoch,
      node: `n${epoch}`,
      areaUi: area.areaUi,
    });
    return holder.self;
  }

  get connections(): number {
    return this.#server.connections.size;
  }

  /** Calls of the service that arrived. */
  get calls(): Received[] {
    return this.received.filter(({ what }) => what === 'call');
  }

  count(what: Received['what']): number {
    return this.received.filter((received) => received.what === what).length;
  }

  /** As kill -9. */
  kill(): Promise<void> {
    return this.#server.destroy();
  }

  /** Open connections go on. */
  stopListening(): Promise<void> {
    return this.#server.stopListening();
  }

  breakConnections(): void {
    for (const connection of this.#server.connections) connection.close();
  }

  /** Gives the replies that were held, in the order of the indices given (default: as they came). */
  release(order: readonly number[] = this.#held.map((_, index) => index)): void {
    const held = this.#held;
    this.#held = [];
    for (const index of order) held[index]?.();
  }

  handle(call: RpcCall, connection: RpcConnection): void {
    const decoded = decodeCallHeader(call.verifier.body);
    if (!decoded.ok) throw new Error(JSON.stringify(decoded.failure));
    const { header } = decoded;
    const received = { what: whatIs(call), header, call, epoch: this.epoch };
    this.received.push(received);
    const fault = this.script(received);
    switch (fault?.kind) {
      case 'silence':
        connection.drop(call.xid);
        return;
      case 'break':
        connection.close();
        return;
      case 'execute-and-break':
        this.#area.execute(header, call);
        connection.close();
        return;
      case 'execute-and-hold':
        this.#area.execute(header, call);
        this.#held.push(() => this.#answer(received, connection));
        return;
      case 'answer':
        connection.reply(call.xid, fault.message);
        return;
      case 'plain':
        connection.reply(call.xid, successReply([Buffer.alloc(4)]));
        return;
      case 'ok':
      case undefined:
        this.#answer(received, connection);
        return;
      case 'address-unknown':
      case 'try-again':
      case 'expired':
      case 'collision':
        connection.reply(call.xid, acceptedReply({ status: 'SYSTEM_ERR' }, verifier(fault)));
    }
  }

  #answer({ what, header, call }: Received, connection: RpcConnection): void {
    const ok = verifier({ kind: 'ok', epoch: this.epoch });
    const refuse = (reply: ReplyHeader): void => {
      connection.reply(call.xid, acceptedReply({ status: 'SYSTEM_ERR' }, verifier(reply)));
    };
    if (header.aliasUi.toString('hex') !== this.#area.areaUi) {
      refuse({ kind: 'address-unknown' });
      return;
    }
    if (what !== 'call') {
      connection.reply(call.xid, successReply(this.#program(what, call), ok));
      return;
    }
    const reply = this.#area.execute(header, call);
    if (reply === undefined) refuse({ kind: 'expired', epoch: this.epoch });
    else if (reply === 'collision') refuse({ kind: 'collision', epoch: this.epoch });
    else connection.reply(call.xid, successReply([reply.results], ok));
  }

  #program(what: Exclude<Received['what'], 'call'>, call: RpcCall): Buffer[] {
    const { sessions, leaseMs } = this.#area;
    const { procedures } = PaProgramV1;
    switch (what) {
      case 'paNull':
        return [];
      case 'paHello': {
        const args = argumentsOf(procedures.paHello, call);
        const incarnation = BigInt(this.#area.hello(Number(args.previousIncarnation)));
        return encodeToBuffers(procedures.paHello.result, { incarnation, leaseMs });
      }
      case 'paAya': {
        const args = argumentsOf(procedures.paAya, call);
        const session = sessions.get(Number(args.incarnation));
        const isDone = session?.replies.has(Number(args.sequence)) === true;
        const isHeld = this.callState === PaCallState.PA_CALL_IN_PROGRESS;
        const state = isDone && !isHeld ? PaCallState.PA_CALL_DONE : this.callState;
        return encodeToBuffers(procedures.paAya.result, { state });
      }
      case 'paComplete': {
        const args = argumentsOf(procedures.paComplete, call);
        const session = sessions.get(Number(args.incarnation));
        if (session !== undefined) session.lowestUnfinished = Number(args.lowestUnfinished);
        return encodeToBuffers(procedures.paComplete.result, { known: session !== undefined });
      }
      case 'paExtendLease': {
        const args = argumentsOf(procedures.paExtendLease, call);
        const known = sessions.has(Number(args.incarnation));
        const extended = { known, leaseMs: leaseMs + args.extraMs };
        return encodeToBuffers(procedures.paExtendLease.result, extended);
      }
      case 'paGoodbye': {
        const args = argumentsOf(procedures.paGoodbye, call);
        const known = sessions.delete(Number(args.incarnation));
        return encodeToBuffers(procedures.paGoodbye.result, { known });
      }
      case 'paAbandon':
        return encodeToBuffers(procedures.paAbandon.result, { known: false });
      case 'paLocate':
        throw new Error('PA_LOCATE has no PA header');
    }
  }
}

function argumentsOf<Arguments, Result>(
  procedure: Procedure<Arguments, Result>,
  call: RpcCall,
): Arguments {
  const decoded = decodeAll(procedure.arguments, call.argumentBytes);
  if (!decoded.ok) throw new Error(decoded.failure.detail);
  return decoded.value;
}

function whatIs(call: RpcCall): Received['what'] {
  if (call.program !== PaProgramV1.program) return 'call';
  const names = Object.keys(PaProgramV1.procedures) as (keyof typeof PaProgramV1.procedures)[];
  const name = names.find((found) => PaProgramV1.procedures[found].number === call.procedure);
  if (name === undefined) throw new Error(`PA has no procedure ${call.procedure}`);
  return name;
}

function verifier(header: ReplyHeader) {
  return { flavor: paFlavor, body: encodeReplyHeader(header) };
}
