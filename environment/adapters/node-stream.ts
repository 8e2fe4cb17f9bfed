import type { Socket } from 'node:net';
import type { Endpoint, Stream, StreamEvents } from '../network.ts';
import { takeBack } from './lent-buffers.ts';

/** Below this, copying several buffers into one is cheaper than a gathered write of them. */
const joinedBytesMax = 8 * 1024;

/** A connected socket. It reads nothing before `start`, so that no event can be missed. */
export class NodeStream implements Stream {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly #socket: Socket;
  #events: StreamEvents | undefined;
  #error: Error | undefined;
  #closed = false;

  constructor(socket: Socket, local: Endpoint, remote: Endpoint) {
    this.#socket = socket;
    this.local = local;
    this.remote = remote;
    socket.on('error', (error) => {
      this.#error = error;
    });
    socket.on('close', () => {
      this.#closed = true;
      this.#events?.closed(this.#error);
    });
  }

  start(events: StreamEvents): void {
    if (this.#events !== undefined) throw new Error('a stream is started once');
    this.#events = events;
    if (this.#closed) {
      setImmediate(() => {
        events.closed(this.#error);
      });
      return;
    }
    const socket = this.#socket;
    socket.on('data', (bytes: Buffer) => {
      events.data(bytes);
    });
    if (events.drained !== undefined) {
      socket.on('drain', () => {
        events.drained?.();
      });
    }
    socket.resume();
  }

  write(buffers: readonly Uint8Array[]): boolean {
    const socket = this.#socket;
    if (!socket.writable) return true;
    const [first, second] = buffers;
    if (first === undefined) return !socket.writableNeedDrain;
    if (second === undefined) return socket.write(first);
    let lengthBytes = 0;
    for (const buffer of buffers) lengthBytes += buffer.length;
    if (lengthBytes <= joinedBytesMax) return socket.write(Buffer.concat(buffers, lengthBytes));
    // What is written while corked leaves as one writev.
    socket.cork();
    for (const buffer of buffers) socket.write(buffer);
    socket.uncork();
    // Nothing waits: the system has copied all of it.
    if (socket.writableLength === 0) takeBack(buffers);
    return !socket.writableNeedDrain;
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
