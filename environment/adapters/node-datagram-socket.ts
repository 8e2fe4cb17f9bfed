import type { Socket } from 'node:dgram';
import type { DatagramEvents, DatagramSocket, Endpoint } from '../network.ts';

/** A connected UDP socket: the system drops what comes from elsewhere, and tells when nobody listens there. */
export class NodeDatagramSocket implements DatagramSocket {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly #socket: Socket;
  readonly #events: DatagramEvents;
  #isClosed = false;

  /** `socket` is connected. */
  constructor(socket: Socket, events: DatagramEvents) {
    this.#socket = socket;
    this.#events = events;
    this.local = endpointOf(socket.address());
    this.remote = endpointOf(socket.remoteAddress());
    socket.on('message', (bytes) => {
      events.received(bytes);
    });
    socket.on('error', (error) => {
      this.#fail(error);
    });
  }

  send(buffers: readonly Uint8Array[]): void {
    if (this.#isClosed) return;
    this.#socket.send(buffers, (error) => {
      if (error !== null) this.#fail(error);
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }

  #fail(error: Error): void {
    if (!this.#isClosed) this.#events.failed(error);
  }
}

function endpointOf({ address, port }: { address: string; port: number }): Endpoint {
  return { host: address, port };
}
