import { strict as assert } from 'node:assert';
import type { Timer, Timers } from '../../environment/clock.ts';
import type { DatagramSocket, Endpoint, Network } from '../../environment/network.ts';
import type { Random } from '../../environment/random.ts';
import { type CallRequest, encodeCall } from '../call-message.ts';
import { datagramBytesMax, datagramOf, messageBytes } from '../datagram-message.ts';
import { decodeReply, type RpcReply } from '../reply-message.ts';
import { RpcError, type RpcErrorCode } from '../rpc-error.ts';
import type { CallChannel, SendOptions } from './call-channel.ts';
import { connectError, describeEndpoint } from './channel-error.ts';

export interface DatagramChannelOptions {
  readonly network: Network;
  readonly timers: Timers;
  readonly random: Random;
  /** A call without a reply is sent again after this time, then after twice that ...; default 500. */
  readonly retransmitFirstMs?: number;
  /** Until this, which it then stays at; default 16,000. */
  readonly retransmitMaxMs?: number;
}

interface Outstanding {
  readonly resolve: (reply: RpcReply) => void;
  readonly reject: (error: RpcError) => void;
  readonly datagram: readonly Buffer[];
  readonly deadline: Timer | undefined;
  retransmit: Timer | undefined;
}

/** Calls without a reply; beyond, `send` rejects with RPC_CANTSEND: a burst of datagrams only gets lost. */
const outstandingMax = 512;

/** Makes a socket for calls to a server. Rejects with an RpcError whose cause has the system's code. */
export async function openDatagramChannel(
  to: Endpoint,
  options: DatagramChannelOptions,
): Promise<DatagramChannel> {
  const channel = new DatagramChannel(to, options);
  const socket = await options.network
    .connectDatagrams(to, channel)
    .catch((cause: unknown) => Promise.reject(connectError(to, cause)));
  channel.start(socket);
  return channel;
}

/**
 * Calls over UDP. Each is one datagram, sent again in growing intervals, under the same xid, until a reply comes: a
 * server that remembers its replies then executes it once, another one as often as it arrives.
 */
export class DatagramChannel implements CallChannel {
  readonly peer: Endpoint;
  readonly #timers: Timers;
  readonly #retransmitFirstMs: number;
  readonly #retransmitMaxMs: number;
  readonly #outstanding = new Map<number, Outstanding>();
  #socket: DatagramSocket | undefined;
  #nextXid: number;
  #isClosed = false;

  /** Use `openDatagramChannel`. */
  constructor(to: Endpoint, options: DatagramChannelOptions) {
    const { timers, random, retransmitFirstMs = 500, retransmitMaxMs = 16_000 } = options;
    assert(retransmitFirstMs > 0 && retransmitFirstMs <= retransmitMaxMs);
    this.peer = to;
    this.#timers = timers;
    this.#retransmitFirstMs = retransmitFirstMs;
    this.#retransmitMaxMs = retransmitMaxMs;
    // A server that remembers an earlier user of our port must not take a new call for an old one.
    this.#nextXid = random.bytes(4).readUInt32BE();
  }

  start(socket: DatagramSocket): void {
    this.#socket = socket;
  }

  get local(): Endpoint | undefined {
    return this.#socket?.local;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Calls that wait for their reply. */
  get outstanding(): number {
    return this.#outstanding.size;
  }

  /**
   * Resolves with the reply, whatever it says. Rejects with an RpcError: RPC_CANTSEND when nothing was sent,
   * RPC_CANTRECV when the system says that nobody listens there, or the channel was closed, RPC_TIMEDOUT,
   * RPC_CANTENCODEARGS.
   */
  send(request: CallRequest, options: SendOptions = {}): Promise<RpcReply> {
    return new Promise((resolve, reject) => {
      let message: Buffer[];
      try {
        message = encodeCall(request);
      } catch (cause) {
        reject(this.#error('RPC_CANTENCODEARGS', cause));
        return;
      }
      const refusal = this.#whyNot(messageBytes(message));
      if (refusal !== undefined) {
        reject(this.#error('RPC_CANTSEND', new Error(refusal)));
        return;
      }
      const xid = this.#takeXid();
      const deadline = this.#startDeadline(xid, options.deadlineMs);
      const datagram = datagramOf(xid, message);
      const call: Outstanding = { resolve, reject, datagram, deadline, retransmit: undefined };
      this.#outstanding.set(xid, call);
      this.#transmit(call, this.#retransmitFirstMs);
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket?.close();
    this.#rejectAll(new Error('channel was closed'));
  }

  /** From the socket. What is no reply, or answers nothing that is asked, anybody may have sent: it is passed over. */
  received(bytes: Buffer): void {
    const reply = decodeReply(bytes);
    if (reply !== undefined) this.#finish(reply.xid)?.resolve(reply);
  }

  /** From the socket. */
  failed(error: Error): void {
    this.#rejectAll(error);
  }

  #whyNot(lengthBytes: number): string | undefined {
    if (this.#isClosed) return 'channel is closed';
    if (this.#outstanding.size >= outstandingMax) return 'too many calls are outstanding';
    if (lengthBytes > datagramBytesMax) return `${lengthBytes} bytes do not fit a datagram`;
    return undefined;
  }

  #transmit(call: Outstanding, againAfterMs: number): void {
    this.#socket?.send(call.datagram);
    call.retransmit = this.#timers.after(againAfterMs, () => {
      this.#transmit(call, Math.min(againAfterMs * 2, this.#retransmitMaxMs));
    });
  }

  #startDeadline(xid: number, deadlineMs: number | undefined): Timer | undefined {
    if (deadlineMs === undefined) return undefined;
    return this.#timers.after(deadlineMs, () => {
      const cause = new Error(`no reply within ${deadlineMs} ms`);
      this.#finish(xid)?.reject(this.#error('RPC_TIMEDOUT', cause));
    });
  }

  /** The next number that no outstanding call has. */
  #takeXid(): number {
    let xid = this.#nextXid;
    while (this.#outstanding.has(xid)) xid = (xid + 1) >>> 0;
    this.#nextXid = (xid + 1) >>> 0;
    return xid;
  }

  #finish(xid: number): Outstanding | undefined {
    const call = this.#outstanding.get(xid);
    this.#outstanding.delete(xid);
    call?.deadline?.cancel();
    call?.retransmit?.cancel();
    return call;
  }

  #rejectAll(cause: Error): void {
    for (const xid of [...this.#outstanding.keys()]) {
      this.#finish(xid)?.reject(this.#error('RPC_CANTRECV', cause));
    }
  }

  #error(code: RpcErrorCode, cause: unknown): RpcError {
    return new RpcError(code, describeEndpoint(this.peer), { cause });
  }
}
