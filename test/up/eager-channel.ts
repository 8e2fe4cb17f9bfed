import { connect, type Socket } from 'node:net';
import { type CallRequest, encodeCall } from '../../rpc/call-message.ts';
import type { CallChannel } from '../../rpc/client/call-channel.ts';
import { datagramOf } from '../../rpc/datagram-message.ts';
import { markRecord, RecordReader } from '../../rpc/record-marking.ts';
import { decodeReply, type RpcReply } from '../../rpc/reply-message.ts';
import { systemCodeOf } from '../../environment/system-code.ts';

interface Outstanding {
  readonly record: Buffer;
  readonly sentMs: number;
  readonly resolve: (reply: RpcReply) => void;
}

/**
 * A stock client's connection, as a kernel keeps it: when it closes it is made again at once, from whatever port there is, and
 * what was not answered is sent again under the same xid. Unlike a kernel it does not wait after a refusal, and counts them.
 */
export class EagerChannel implements CallChannel {
  readonly #port: number;
  readonly #outstanding = new Map<number, Outstanding>();
  #socket: Socket;
  #nextXid = 1;
  #isClosed = false;
  connections = 0;
  /** The system's code of each attempt that failed. */
  readonly refusals: string[] = [];
  /** Time from a call to its reply, of the slowest call since it was last set to 0. */
  longestMs = 0;

  constructor(port: number) {
    this.#port = port;
    this.#socket = this.#connect();
  }

  send(request: CallRequest): Promise<RpcReply> {
    const xid = this.#nextXid++;
    const record = Buffer.concat(markRecord(datagramOf(xid, encodeCall(request))));
    return new Promise((resolve) => {
      this.#outstanding.set(xid, { record, sentMs: performance.now(), resolve });
      this.#socket.write(record);
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#socket.destroy();
  }

  #connect(): Socket {
    const socket = connect(this.#port, '127.0.0.1');
    const reader = new RecordReader();
    let isConnected = false;
    socket.once('connect', () => {
      isConnected = true;
      this.connections += 1;
    });
    socket.on('data', (bytes) => {
      reader.push(bytes);
      for (let record = reader.next(); record !== undefined; record = reader.next()) {
        const reply = decodeReply(record);
        if (reply !== undefined) this.#settle(reply);
      }
    });
    socket.on('error', (error) => {
      if (!isConnected) this.refusals.push(systemCodeOf(error) ?? String(error));
    });
    socket.once('close', () => {
      if (this.#isClosed) return;
      this.#socket = this.#connect();
      // Node keeps it until the connection is there.
      for (const { record } of this.#outstanding.values()) this.#socket.write(record);
    });
    return socket;
  }

  #settle(reply: RpcReply): void {
    const call = this.#outstanding.get(reply.xid);
    if (call === undefined) return;
    this.#outstanding.delete(reply.xid);
    this.longestMs = Math.max(this.longestMs, performance.now() - call.sentMs);
    call.resolve(reply);
  }
}
