import type { Socket } from 'node:dgram';
import type { Datagram, DatagramListener, Endpoint } from '../network.ts';
import { systemCodeOf } from '../system-code.ts';

/** How often addresses that came or went are looked for. Until then a client's call gets lost, and is sent again. */
const refreshIntervalMs = 5_000;

/** Ports tried where the system chooses one and another process has it on one of the addresses. */
const freePortAttemptsMax = 16;

/** Of the failures to bind: the address is gone, or (IPv6) not yet known to be nobody else's. */
const absentCodes = new Set(['EADDRNOTAVAIL', 'ENODEV', 'EINVAL']);

export interface ListenerParts {
  /** The addresses to have a socket on, now. */
  readonly addresses: () => ReadonlySet<string>;
  /** Rejects with the system's code. */
  readonly bind: (at: Endpoint) => Promise<Socket>;
  readonly receive: (datagram: Datagram) => void;
}

/**
 * UDP on one socket for each local address. A socket on the wildcard address would do for receiving, but Node does not
 * tell to which address a datagram was sent, and the system would choose the reply's on its own: on a machine with
 * several addresses a client then gets an answer from one that it never asked.
 */
export class NodeDatagramListener implements DatagramListener {
  readonly address: Endpoint;
  readonly #parts: ListenerParts;
  readonly #sockets: Map<string, Socket>;
  readonly #refresh: NodeJS.Timeout;
  #isClosed = false;
  #refreshing: Promise<void> = Promise.resolve();

  /** Port 0: one that is free on all addresses. Rejects where one of them is taken, or none is there. */
  static async open(at: Endpoint, parts: ListenerParts): Promise<NodeDatagramListener> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return new NodeDatagramListener(at.host, await bindAll(at.port, parts), parts);
      } catch (error) {
        const mayRetry = at.port === 0 && attempt < freePortAttemptsMax;
        if (!mayRetry || systemCodeOf(error) !== 'EADDRINUSE') throw error;
      }
    }
  }

  private constructor(host: string, sockets: Map<string, Socket>, parts: ListenerParts) {
    this.#parts = parts;
    this.#sockets = sockets;
    this.address = { host, port: portOf(sockets) };
    for (const [local, socket] of sockets) this.#start(local, socket);
    this.#refresh = setInterval(() => {
      this.#refreshing = this.#followAddresses();
    }, refreshIntervalMs);
    this.#refresh.unref();
  }

  get unsentBytes(): number {
    let bytes = 0;
    for (const socket of this.#sockets.values()) bytes += socket.getSendQueueSize();
    return bytes;
  }

  send(buffers: readonly Uint8Array[], from: Endpoint, to: Endpoint): void {
    // Nobody can be reached at port 0, which a datagram may claim to come from.
    if (to.port === 0) return;
    // Without a socket the address is gone: whoever asked there cannot be answered any more.
    this.#sockets.get(from.host)?.send(buffers, to.port, to.host, () => undefined);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#refresh);
    closeAll(this.#sockets);
    await this.#refreshing;
  }

  #start(host: string, socket: Socket): void {
    const local = { host, port: this.address.port };
    socket.on('message', (bytes, { address, port }) => {
      this.#parts.receive({ bytes, peer: { host: address, port }, local });
    });
    // A failed receive says nothing about the next.
    socket.on('error', () => undefined);
  }

  async #followAddresses(): Promise<void> {
    const hosts = this.#parts.addresses();
    for (const [host, socket] of this.#sockets) {
      if (hosts.has(host)) continue;
      this.#sockets.delete(host);
      socket.close();
    }
    for (const host of hosts) {
      if (this.#sockets.has(host)) continue;
      const socket = await this.#parts
        .bind({ host, port: this.address.port })
        .catch(() => undefined);
      if (socket === undefined) continue;
      if (this.#isClosed) {
        socket.close();
        return;
      }
      this.#sockets.set(host, socket);
      this.#start(host, socket);
    }
  }
}

/** One socket for each address that is there, all on one port. */
async function bindAll(port: number, parts: ListenerParts): Promise<Map<string, Socket>> {
  const sockets = new Map<string, Socket>();
  let absent: Error = Object.assign(new Error('no address'), { code: 'EADDRNOTAVAIL' });
  for (const host of parts.addresses()) {
    try {
      sockets.set(host, await parts.bind({ host, port: portOf(sockets) || port }));
    } catch (error) {
      if (error instanceof Error && absentCodes.has(systemCodeOf(error) ?? '')) {
        absent = error;
        continue;
      }
      closeAll(sockets);
      throw error;
    }
  }
  if (sockets.size === 0) throw absent;
  return sockets;
}

function portOf(sockets: ReadonlyMap<string, Socket>): number {
  const [first] = sockets.values();
  return first?.address().port ?? 0;
}

function closeAll(sockets: Map<string, Socket>): void {
  for (const socket of sockets.values()) socket.close();
  sockets.clear();
}
