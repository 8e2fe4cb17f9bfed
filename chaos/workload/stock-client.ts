import { connect, type Socket } from 'node:net';
import type { Endpoint } from '../../environment/network.ts';
import { encodeCall } from '../../rpc/call-message.ts';
import { resultOfReply } from '../../rpc/client/reply-result.ts';
import { datagramOf } from '../../rpc/datagram-message.ts';
import type { OpaqueAuth } from '../../rpc/opaque-auth.ts';
import { markRecord, RecordReader } from '../../rpc/record-marking.ts';
import { decodeReply, type RpcReply } from '../../rpc/reply-message.ts';
import { RpcError } from '../../rpc/rpc-error.ts';
import type { Procedure, ProgramVersion, RpcCaller } from '../../xdr/program.ts';
import { XdrWriter } from '../../xdr/writer.ts';

export interface StockClientOptions {
  /** Where the volume may be served: one address that moves, as its client sees it. */
  readonly services: readonly Endpoint[];
  readonly credential: OpaqueAuth;
  /** Of the first call. */
  readonly xid: number;
}

interface Waiting {
  readonly message: readonly Buffer[];
  readonly resolve: (reply: RpcReply) => void;
}

/** A connection that is refused, or closed, is made again after this. */
const reconnectMs = 10;
/** A connection on which nothing comes for so long, while a call waits, is made anew elsewhere. */
const silenceMs = 5_000;

/**
 * A client that knows Sun RPC and nothing else, as a kernel's does: it waits for ever, connects again when its connection
 * closes, always from the port that it had first, and sends what was not answered again, under the same xid. By address, port and
 * xid the servers know the call again.
 */
export class StockClient implements RpcCaller {
  readonly #options: StockClientOptions;
  readonly #waiting = new Map<number, Waiting>();
  #nextXid: number;
  #attempts = 0;
  #localPort: number | undefined;
  #socket: Socket | undefined;
  #isConnected = false;
  #isClosed = false;
  #again: NodeJS.Timeout | undefined;

  constructor(options: StockClientOptions) {
    this.#options = options;
    this.#nextXid = options.xid;
    this.#connect();
  }

  async call<Arguments, Result>(
    version: ProgramVersion,
    procedure: Procedure<Arguments, Result>,
    args: Arguments,
  ): Promise<Result> {
    const writer = new XdrWriter();
    procedure.arguments.encode(writer, args);
    const message = encodeCall({
      program: version.program,
      version: version.version,
      procedure: procedure.number,
      argumentBuffers: writer.finish(),
      credential: this.#options.credential,
    });
    const what = `${version.versionName} ${procedure.name}`;
    const result = resultOfReply(await this.#send(message), procedure.result, what);
    if (result instanceof RpcError) throw result;
    return result;
  }

  /** What waits is never answered. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#again);
    this.#socket?.resetAndDestroy();
  }

  #send(message: readonly Buffer[]): Promise<RpcReply> {
    const xid = this.#nextXid;
    this.#nextXid = (xid + 1) >>> 0;
    return new Promise((resolve) => {
      this.#waiting.set(xid, { message, resolve });
      if (this.#isConnected) this.#write(xid, message);
    });
  }

  #write(xid: number, message: readonly Buffer[]): void {
    this.#socket?.write(Buffer.concat(markRecord(datagramOf(xid, message))));
  }

  #connect(): void {
    const { services } = this.#options;
    const to = services[this.#attempts % services.length];
    if (to === undefined) throw new Error('a volume has addresses');
    this.#attempts += 1;
    const from = this.#localPort === undefined ? {} : { localPort: this.#localPort };
    const socket = connect({ host: to.host, port: to.port, ...from });
    const reader = new RecordReader();
    this.#socket = socket;
    // Whatever is wrong, `close` follows.
    socket.on('error', () => undefined);
    socket.setTimeout(silenceMs, () => {
      if (this.#waiting.size > 0 || !this.#isConnected) socket.resetAndDestroy();
    });
    socket.once('connect', () => {
      this.#localPort ??= socket.localPort;
      this.#isConnected = true;
      for (const [xid, { message }] of this.#waiting) this.#write(xid, message);
    });
    socket.on('data', (bytes) => {
      reader.push(bytes);
      for (let record = reader.next(); record !== undefined; record = reader.next()) {
        this.#answered(record);
      }
    });
    socket.once('close', () => {
      this.#isConnected = false;
      // By RST, which leaves nothing behind that would keep the port.
      socket.resetAndDestroy();
      if (this.#isClosed) return;
      this.#again = setTimeout(() => {
        this.#connect();
      }, reconnectMs);
    });
  }

  #answered(record: Buffer): void {
    const reply = decodeReply(record);
    const waiting = reply && this.#waiting.get(reply.xid);
    if (reply === undefined || waiting === undefined) return;
    this.#waiting.delete(reply.xid);
    waiting.resolve(reply);
  }
}
