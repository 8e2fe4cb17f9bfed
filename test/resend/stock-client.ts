import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { connect, type Socket } from 'node:net';
import { datagramOf } from '../../rpc/datagram-message.ts';
import { markRecord, RecordReader } from '../../rpc/record-marking.ts';

const host = '127.0.0.1';
/** As stock clients do where the network loses datagrams. */
const resendMs = 500;

/** A client without any PA: it keeps its own port for its whole life, as kernel clients do. */
export interface StockClient {
  /** Sends a message of these bytes and resolves with the reply's, both from after the xid on. */
  call(xid: number, message: readonly Buffer[]): Promise<Buffer>;
  /** A new connection, from the same port. */
  reconnect(port: number): Promise<void>;
  close(): void;
}

export async function openTcpClient(port: number): Promise<StockClient> {
  const client = new TcpClient();
  await client.reconnect(port);
  return client;
}

export async function openUdpClient(port: number): Promise<StockClient> {
  const client = new UdpClient();
  await client.reconnect(port);
  return client;
}

class TcpClient implements StockClient {
  #socket: Socket | undefined;
  #localPort: number | undefined;
  readonly #waiting = new Map<number, PromiseWithResolvers<Buffer>>();

  async reconnect(port: number): Promise<void> {
    this.close();
    const from = this.#localPort === undefined ? {} : { localPort: this.#localPort };
    const socket = connect({ host, port, localAddress: host, ...from });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    this.#socket = socket;
    this.#localPort = socket.localPort;
    const reader = new RecordReader();
    socket.on('data', (bytes) => {
      reader.push(bytes);
      for (let record = reader.next(); record !== undefined; record = reader.next()) {
        this.#waiting.get(record.readUInt32BE(0))?.resolve(record.subarray(4));
      }
    });
    socket.on('error', () => undefined);
    socket.once('close', () => {
      for (const { reject } of this.#waiting.values())
        reject(new Error('the connection was closed'));
    });
  }

  async call(xid: number, message: readonly Buffer[]): Promise<Buffer> {
    const waiting = withResolvers<Buffer>();
    this.#waiting.set(xid, waiting);
    try {
      this.#socket?.write(Buffer.concat(markRecord(datagramOf(xid, message))));
      return await waiting.promise;
    } finally {
      this.#waiting.delete(xid);
    }
  }

  /** By RST, which leaves nothing behind that would keep the port. */
  close(): void {
    this.#socket?.resetAndDestroy();
  }
}

class UdpClient implements StockClient {
  #socket: DatagramSocket | undefined;
  #localPort = 0;
  #port = 0;
  readonly #waiting = new Map<number, PromiseWithResolvers<Buffer>>();

  async reconnect(port: number): Promise<void> {
    await new Promise<void>((resolve) => {
      if (this.#socket === undefined) resolve();
      else this.#socket.close(resolve);
    });
    const socket = createSocket('udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(this.#localPort, host, resolve);
    });
    this.#socket = socket;
    this.#localPort = socket.address().port;
    this.#port = port;
    socket.on('message', (bytes) => {
      this.#waiting.get(bytes.readUInt32BE(0))?.resolve(bytes.subarray(4));
    });
  }

  async call(xid: number, message: readonly Buffer[]): Promise<Buffer> {
    const waiting = withResolvers<Buffer>();
    this.#waiting.set(xid, waiting);
    const datagram = datagramOf(xid, message);
    const send = (): void => this.#socket?.send(datagram, this.#port, host);
    const timer = setInterval(send, resendMs);
    try {
      send();
      return await waiting.promise;
    } finally {
      clearInterval(timer);
      this.#waiting.delete(xid);
    }
  }

  close(): void {
    this.#socket?.close();
  }
}

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((resolved, rejected) => {
    resolve = resolved;
    reject = rejected;
  });
  return { promise, resolve, reject };
}
