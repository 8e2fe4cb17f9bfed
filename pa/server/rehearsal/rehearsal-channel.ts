import { delay, type Timers } from '../../../environment/clock.ts';
import type { Random } from '../../../environment/random.ts';
import { PaProgramV1 } from '../../../protocol/generated/pa.ts';
import { type CallRequest, decodeCall, encodeCall } from '../../../rpc/call-message.ts';
import type { CallChannel } from '../../../rpc/client/call-channel.ts';
import { resultOfReply } from '../../../rpc/client/reply-result.ts';
import { decodeReply, type RpcReply } from '../../../rpc/reply-message.ts';
import { RpcError } from '../../../rpc/rpc-error.ts';
import type { CallHandler } from '../../../rpc/server/connection.ts';
import { encodeToBuffers } from '../../../xdr/decode.ts';
import { encodeCallHeader, paFlavor, uiBytes } from '../../header.ts';
import type { ClusterSecret } from '../../secret.ts';
import { RehearsalConnection } from './rehearsal-connection.ts';

export interface RehearsalChannelParts {
  readonly timers: Timers;
  readonly random: Random;
  readonly secret: ClusterSecret | undefined;
  readonly areaId: Uint8Array;
  readonly epoch: number;
  readonly handler: CallHandler;
  /** Nothing more is sent once it is aborted. */
  readonly signal: AbortSignal;
}

const noIncarnation = 0;

/** After each call: the machine may be the primary's too, which has better use for it. */
const pauseMs = 2;

/** Calls to a volume that is only rehearsed, in this process: every second one as FT-IPC, the others as a stock client's. */
export class RehearsalChannel implements CallChannel {
  readonly #parts: RehearsalChannelParts;
  readonly #connection: RehearsalConnection;
  readonly #clientUi: Buffer;
  #incarnation = noIncarnation;
  #sequence = 0;
  readonly #unfinished = new Set<number>();
  #xid = 0;

  private constructor(parts: RehearsalChannelParts) {
    this.#parts = parts;
    this.#connection = new RehearsalConnection(parts.timers);
    this.#clientUi = parts.random.bytes(uiBytes);
  }

  /** Says hello. */
  static async open(parts: RehearsalChannelParts): Promise<RehearsalChannel> {
    const channel = new RehearsalChannel(parts);
    const { program, version, procedures } = PaProgramV1;
    const { paHello: hello } = procedures;
    const args = { client: channel.#clientUi, previousIncarnation: 0n };
    const argumentBuffers = encodeToBuffers(hello.arguments, args);
    const request = { program, version, procedure: hello.number, argumentBuffers };
    const reply = await channel.#exchange({ ...request, verifier: channel.#verifier(0) });
    const result = resultOfReply(reply, hello.result, hello.name);
    if (result instanceof RpcError) throw result;
    channel.#incarnation = Number(result.incarnation);
    return channel;
  }

  async send(request: CallRequest): Promise<RpcReply> {
    if (this.#xid % 2 === 0) return this.#exchange(request);
    this.#sequence += 1;
    const sequence = this.#sequence;
    this.#unfinished.add(sequence);
    const verifier = this.#verifier(sequence);
    return this.#exchange({ ...request, verifier }).finally(() => {
      this.#unfinished.delete(sequence);
    });
  }

  close(): void {
    this.#connection.close();
  }

  async #exchange(request: CallRequest): Promise<RpcReply> {
    const { handler, signal, timers } = this.#parts;
    if (signal.aborted) throw new RpcError('RPC_CANTSEND', 'the rehearsal was ended');
    this.#xid += 1;
    const xid = this.#xid;
    const call = decodeCall(Buffer.concat([xidOf(xid), ...encodeCall(request)]));
    if (call === undefined || 'refusal' in call) throw new RpcError('RPC_CANTENCODEARGS', 'a call');
    const replied = this.#connection.replyTo(xid);
    handler(call, this.#connection);
    const message = await replied;
    await delay(timers, pauseMs);
    const reply = message && decodeReply(Buffer.concat([xidOf(xid), ...message]));
    if (reply === undefined) throw new RpcError('RPC_CANTRECV', 'the call was not answered');
    return reply;
  }

  #verifier(sequence: number): { flavor: number; body: Buffer } {
    const { areaId, epoch, secret } = this.#parts;
    const [lowestUnfinished = sequence] = this.#unfinished;
    const header = {
      aliasUi: Buffer.from(areaId),
      clientUi: this.#clientUi,
      incarnation: this.#incarnation,
      sequence,
      lowestUnfinished,
      hintEpoch: epoch,
      origin: undefined,
    };
    return { flavor: paFlavor, body: encodeCallHeader(header, secret) };
  }
}

function xidOf(xid: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(xid);
  return bytes;
}
