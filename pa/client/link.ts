import type { Clock, Timers } from '../../environment/clock.ts';
import type { Network } from '../../environment/network.ts';
import type { Random } from '../../environment/random.ts';
import { PaCallState, PaProgramV1 } from '../../protocol/generated/pa.ts';
import type { CallRequest } from '../../rpc/call-message.ts';
import { resultOfReply } from '../../rpc/client/reply-result.ts';
import { openRpcChannel, type RpcChannel } from '../../rpc/client/rpc-channel.ts';
import type { RpcReply } from '../../rpc/reply-message.ts';
import { RpcError } from '../../rpc/rpc-error.ts';
import { encodeToBuffers } from '../../xdr/decode.ts';
import type { Procedure } from '../../xdr/program.ts';
import type { Port } from '../directory/port.ts';
import {
  type CallHeader,
  decodeReplyHeader,
  encodeCallHeader,
  paFlavor,
  type StockOrigin,
} from '../header.ts';
import type { ClusterSecret } from '../secret.ts';

export interface LinkEnvironment {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly network: Network;
}

/** What came back for one call, or instead of it. */
export type LinkReply =
  /** An answer of the service, or a denial: the call is over. */
  | { readonly kind: 'answered'; readonly reply: RpcReply; readonly epoch: number | undefined }
  /** AU, or the reply of a server that knows nothing of PA. */
  | { readonly kind: 'address-unknown' }
  | { readonly kind: 'try-again'; readonly delayMs: number }
  | { readonly kind: 'expired' }
  | { readonly kind: 'collision' }
  /** The connection ended first. */
  | { readonly kind: 'lost'; readonly cause: RpcError };

/** An answer of PA's own program, or what came instead. */
export type ProgramReply<Result> =
  | { readonly kind: 'result'; readonly result: Result; readonly epoch: number }
  | Exclude<LinkReply, { kind: 'answered' }>;

/** Whose message it is. */
export interface Sender {
  readonly clientUi: Buffer;
  readonly incarnation: number;
  readonly lowestUnfinished: number;
}

const stateNames = {
  [PaCallState.PA_CALL_UNKNOWN]: 'unknown',
  [PaCallState.PA_CALL_IN_PROGRESS]: 'in-progress',
  [PaCallState.PA_CALL_DONE]: 'done',
} as const;

export type CallState = (typeof stateNames)[PaCallState];

/** One connection to a port of an alias. */
export class Link {
  readonly port: Port;
  /** The alias's UI. */
  readonly areaUi: Buffer;
  /** The port has answered for the alias on this connection. */
  hasWorked = false;
  /** Highest epoch under which it has answered, at first that of the hint. */
  epoch: number;
  /** Monotonic ms since which calls wait without anything being heard. Meaningless while none is outstanding. */
  waitingSinceMs: number;
  readonly #channel: RpcChannel;
  readonly #clock: Clock;
  readonly #secret: ClusterSecret | undefined;

  private constructor(
    port: Port,
    channel: RpcChannel,
    clock: Clock,
    secret: ClusterSecret | undefined,
  ) {
    this.port = port;
    this.epoch = port.epoch;
    this.areaUi = Buffer.from(port.areaUi, 'hex');
    this.#channel = channel;
    this.#clock = clock;
    this.#secret = secret;
    this.waitingSinceMs = clock.monotonicMs();
  }

  /** Rejects with an RpcError. */
  static async open(
    port: Port,
    environment: LinkEnvironment,
    secret: ClusterSecret | undefined,
    signal: AbortSignal,
  ): Promise<Link> {
    const channel = await openRpcChannel(port, environment, signal);
    return new Link(port, channel, environment.clock, secret);
  }

  get isClosed(): boolean {
    return this.#channel.isClosed;
  }

  /** Calls sent on this connection that have no reply. */
  get outstanding(): number {
    return this.#channel.outstanding;
  }

  /** Called once. */
  onClose(callback: () => void): void {
    this.#channel.onClose(callback);
  }

  close(): void {
    this.#channel.close();
  }

  /**
   * Sends a call, `sequence` 0 for one without an id. Never rejects, unless the request cannot be encoded: then with an
   * RpcError.
   */
  async send(
    request: CallRequest,
    sender: Sender,
    sequence: number,
    origin: StockOrigin | undefined,
  ): Promise<LinkReply> {
    // Field by field, here and below: copies of whole objects showed in every call's time.
    const header: CallHeader = {
      aliasUi: this.areaUi,
      clientUi: sender.clientUi,
      incarnation: sender.incarnation,
      sequence,
      lowestUnfinished: sender.lowestUnfinished,
      hintEpoch: this.epoch,
      origin,
    };
    const body = encodeCallHeader(header, this.#secret);
    if (this.#channel.outstanding === 0) this.waitingSinceMs = this.#clock.monotonicMs();
    try {
      const reply = await this.#channel.send({
        program: request.program,
        version: request.version,
        procedure: request.procedure,
        credential: request.credential,
        verifier: { flavor: paFlavor, body },
        argumentBuffers: request.argumentBuffers,
      });
      return this.#take(reply);
    } catch (error) {
      if (!(error instanceof RpcError) || error.code === 'RPC_CANTENCODEARGS') throw error;
      return { kind: 'lost', cause: error };
    }
  }

  /** Is this the alias's port? */
  ping(sender: Sender): Promise<ProgramReply<undefined>> {
    return this.#program(PaProgramV1.procedures.paNull, undefined, sender);
  }

  async hello(
    sender: Sender,
    previousIncarnation: number,
  ): Promise<ProgramReply<{ readonly incarnation: number; readonly leaseMs: number }>> {
    const reply = await this.#program(
      PaProgramV1.procedures.paHello,
      { client: sender.clientUi, previousIncarnation: BigInt(previousIncarnation) },
      sender,
    );
    if (reply.kind !== 'result') return reply;
    const { incarnation, leaseMs } = reply.result;
    return { ...reply, result: { incarnation: Number(incarnation), leaseMs } };
  }

  /** AYA: is this call alive? */
  async areYouAlive(sender: Sender, sequence: number): Promise<ProgramReply<CallState>> {
    const reply = await this.#program(
      PaProgramV1.procedures.paAya,
      {
        client: sender.clientUi,
        incarnation: BigInt(sender.incarnation),
        sequence: BigInt(sequence),
      },
      sender,
    );
    return reply.kind === 'result' ? { ...reply, result: stateNames[reply.result.state] } : reply;
  }

  complete(sender: Sender): Promise<ProgramReply<{ readonly known: boolean }>> {
    const { clientUi: client, incarnation, lowestUnfinished } = sender;
    const args = {
      client,
      incarnation: BigInt(incarnation),
      lowestUnfinished: BigInt(lowestUnfinished),
    };
    return this.#program(PaProgramV1.procedures.paComplete, args, sender);
  }

  extendLease(
    sender: Sender,
    extraMs: number,
  ): Promise<ProgramReply<{ readonly known: boolean; readonly leaseMs: number }>> {
    const { clientUi: client, incarnation } = sender;
    const args = { client, incarnation: BigInt(incarnation), extraMs };
    return this.#program(PaProgramV1.procedures.paExtendLease, args, sender);
  }

  /** Nobody waits for this call any more. */
  abandon(sender: Sender, sequence: number): Promise<ProgramReply<{ readonly known: boolean }>> {
    const { clientUi: client, incarnation } = sender;
    const args = { client, incarnation: BigInt(incarnation), sequence: BigInt(sequence) };
    return this.#program(PaProgramV1.procedures.paAbandon, args, sender);
  }

  goodbye(sender: Sender): Promise<ProgramReply<{ readonly known: boolean }>> {
    const { clientUi: client, incarnation } = sender;
    const args = { client, incarnation: BigInt(incarnation) };
    return this.#program(PaProgramV1.procedures.paGoodbye, args, sender);
  }

  async #program<Arguments, Result>(
    procedure: Procedure<Arguments, Result>,
    args: Arguments,
    sender: Sender,
  ): Promise<ProgramReply<Result>> {
    const { program, version } = PaProgramV1;
    const argumentBuffers = encodeToBuffers(procedure.arguments, args);
    const request = { program, version, procedure: procedure.number, argumentBuffers };
    const reply = await this.send(request, sender, 0, undefined);
    if (reply.kind !== 'answered') return reply;
    const result = resultOfReply(reply.reply, procedure.result, procedure.name);
    // Whatever else it is: it does not speak PA, not for this alias.
    if (result instanceof RpcError || reply.epoch === undefined) return { kind: 'address-unknown' };
    return { kind: 'result', result, epoch: reply.epoch };
  }

  #take(reply: RpcReply): LinkReply {
    this.waitingSinceMs = this.#clock.monotonicMs();
    // RFC 5531 §9: a denial carries no verifier. It was given before anything was executed.
    if (!reply.accepted) return { kind: 'answered', reply, epoch: undefined };
    if (reply.verifier.flavor !== paFlavor) return { kind: 'address-unknown' };
    const decoded = decodeReplyHeader(reply.verifier.body);
    if (!decoded.ok) return { kind: 'address-unknown' };
    const { header } = decoded;
    switch (header.kind) {
      case 'ok':
        this.hasWorked = true;
        if (header.epoch > this.epoch) this.epoch = header.epoch;
        return { kind: 'answered', reply, epoch: header.epoch };
      case 'try-again':
      case 'address-unknown':
        return header;
      case 'expired':
      case 'collision':
        this.hasWorked = true;
        return { kind: header.kind };
    }
  }
}
