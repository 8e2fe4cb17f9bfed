import type { Timer, Timers } from '../../environment/clock.ts';
import type { Endpoint, Network, Stream } from '../../environment/network.ts';
import type { Random } from '../../environment/random.ts';
import { type CallRequest, encodeCall } from '../call-message.ts';
import { defaultRecordLimits, type RecordLimits, RecordReader } from '../record-marking.ts';
import { RecordSender } from '../record-sender.ts';
import { decodeReply, type RpcReply } from '../reply-message.ts';
import { RpcError, type RpcErrorCode } from '../rpc-error.ts';
import type { CallChannel, SendOptions } from './call-channel.ts';
import { connectError, describeEndpoint } from './channel-error.ts';

export interface RpcChannelOptions {
  readonly network: Network;
  readonly timers: Timers;
  readonly random: Random;
  /** Of replies. */
  readonly limits?: RecordLimits;
  /** Calls without a reply; beyond, `send` rejects with RPC_CANTSEND. */
  readonly outstandingMax?: number;
}

interface Outstanding {
  readonly resolve: (reply: RpcReply) => void;
  readonly reject: (error: RpcError) => void;
  readonly deadline: Timer | undefined;
}

const outstandingDefaultMax = 65_536;

/** Connects to a server. Rejects with an RpcError whose cause has the system's code. */
export async function openRpcChannel(
  to: Endpoint,
  options: RpcChannelOptions,
  signal?: AbortSignal,
): Promise<RpcChannel> {
  const stream = await options.network
    .connect(to, signal)
    .catch((cause: unknown) => Promise.reject(connectError(to, cause)));
  return new RpcChannel(stream, options);
}

/**
 * Calls over one TCP connection (RFC 5531): many at once, replies matched by xid in any order. It gives replies as they
 * are, denials and failures included; `RpcClient` makes results and errors of them. It ends with its connection.
 */
export class RpcChannel implements CallChannel {
  readonly #stream: Stream;
  readonly #timers: Timers;
  readonly #reader: RecordReader;
  readonly #sender: RecordSender;
  readonly #outstanding = new Map<number, Outstanding>();
  readonly #outstandingMax: number;
  readonly #onClose: ((error: Error | undefined) => void)[] = [];
  #nextXid: number;
  #isClosed = false;
  /** Why it closed, where there was a reason. */
  #closeError: Error | undefined;

  /** `stream` must not have been started. */
  constructor(stream: Stream, options: Omit<RpcChannelOptions, 'network'>) {
    const { timers, random, limits = defaultRecordLimits } = options;
    this.#stream = stream;
    this.#timers = timers;
    this.#reader = new RecordReader(limits);
    this.#sender = new RecordSender(stream, timers, () => undefined);
    this.#outstandingMax = options.outstandingMax ?? outstandingDefaultMax;
    // A server that knows us from an earlier connection must not take a new call for an old one.
    this.#nextXid = random.bytes(4).readUInt32BE();
    stream.start({
      data: (bytes) => this.#receive(bytes),
      closed: (error) => this.#finish(error),
    });
  }

  get local(): Endpoint {
    return this.#stream.local;
  }

  get peer(): Endpoint {
    return this.#stream.remote;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Calls that wait for their reply. */
  get outstanding(): number {
    return this.#outstanding.size;
  }

  /** Bytes of calls that have not left the process. */
  get unsentBytes(): number {
    return this.#sender.unsentBytes;
  }

  /**
   * Resolves with the reply, whatever it says. Rejects with an RpcError: RPC_CANTSEND when nothing was sent,
   * RPC_CANTRECV when the connection closed before the reply, RPC_TIMEDOUT, RPC_CANTENCODEARGS.
   */
  send(request: CallRequest, options: SendOptions = {}): Promise<RpcReply> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) {
        reject(this.#error('RPC_CANTSEND', this.#closeError ?? new Error('connection is closed')));
        return;
      }
      if (this.#outstanding.size >= this.#outstandingMax) {
        reject(this.#error('RPC_CANTSEND', new Error('too many calls are outstanding')));
        return;
      }
      let message: Buffer[];
      try {
        message = encodeCall(request);
      } catch (cause) {
        reject(this.#error('RPC_CANTENCODEARGS', cause));
        return;
      }
      const xid = this.#takeXid();
      const deadline = this.#startDeadline(xid, options.deadlineMs);
      this.#outstanding.set(xid, { resolve, reject, deadline });
      this.#sender.send(xid, message);
    });
  }

  /** Closes at once; what is outstanding is rejected with RPC_CANTRECV. */
  close(): void {
    this.#stream.destroy();
    this.#finish(undefined);
  }

  /** Called once, when the channel has closed; in a later turn if it has already. */
  onClose(callback: (error: Error | undefined) => void): void {
    if (this.#isClosed) this.#timers.soon(() => callback(this.#closeError));
    else this.#onClose.push(callback);
  }

  /** The next number that no outstanding call has: after 2^32 calls an old one may still wait. */
  #takeXid(): number {
    let xid = this.#nextXid;
    while (this.#outstanding.has(xid)) xid = (xid + 1) >>> 0;
    this.#nextXid = (xid + 1) >>> 0;
    return xid;
  }

  #startDeadline(xid: number, deadlineMs: number | undefined): Timer | undefined {
    if (deadlineMs === undefined) return undefined;
    return this.#timers.after(deadlineMs, () => {
      const call = this.#outstanding.get(xid);
      // The reply may still come; nobody is waiting for its xid then.
      this.#outstanding.delete(xid);
      call?.reject(this.#error('RPC_TIMEDOUT', new Error(`no reply within ${deadlineMs} ms`)));
    });
  }

  #receive(bytes: Buffer): void {
    if (this.#isClosed) return;
    this.#reader.push(bytes);
    for (;;) {
      const record = this.#reader.nextInPieces();
      if (record === undefined) break;
      const reply = decodeReply(record);
      if (reply === undefined) {
        this.#abort(new Error('the peer sent something that is no reply'));
        return;
      }
      this.#settle(reply);
    }
    const { failure } = this.#reader;
    if (failure !== undefined)
      this.#abort(new Error(`the peer sent a malformed record: ${failure}`));
  }

  #settle(reply: RpcReply): void {
    const call = this.#outstanding.get(reply.xid);
    if (call === undefined) return;
    this.#outstanding.delete(reply.xid);
    call.deadline?.cancel();
    call.resolve(reply);
  }

  #abort(error: Error): void {
    this.#stream.destroy();
    this.#finish(error);
  }

  #finish(error: Error | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closeError = error;
    this.#sender.stop();
    const calls = [...this.#outstanding.values()];
    this.#outstanding.clear();
    for (const { reject, deadline } of calls) {
      deadline?.cancel();
      reject(this.#error('RPC_CANTRECV', error ?? new Error('connection was closed')));
    }
    for (const callback of this.#onClose.splice(0)) callback(error);
  }

  #error(code: RpcErrorCode, cause: unknown): RpcError {
    return new RpcError(code, describeEndpoint(this.peer), { cause });
  }
}
