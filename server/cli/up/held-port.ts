import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { socketOptions } from '../../../environment/adapters/node-network.ts';
import type { PassedConnection, PortMessage } from '../../../environment/adapters/port-message.ts';

/**
 * Connections that wait for a primary, or to be taken by one; a connection beyond is closed as soon as it comes, as a server
 * does that has too many. Each takes a descriptor, of which Node takes as many as the system's hard limit gives.
 */
const waitingMax = 4_096;
/** The system makes it less where its own limit is (`somaxconn`). */
const backlog = 4_096;

/** A process that may become primary. */
export interface Taker {
  /** Gives it a copy of the connection's descriptor. */
  pass(message: PassedConnection, connection: Socket): void;
}

/** How to listen: at an address, or on a socket that was passed to this process. */
export type ListenAt = { readonly host: string; readonly port: number } | { readonly fd: number };

/**
 * A service port that outlives the processes that serve there. It accepts all the time and reads nothing: a connection waits,
 * with what its client sent, until one process is primary, and is passed to that one. Clients are never refused.
 */
export class HeldPort {
  readonly host: string;
  readonly port: number;
  readonly #server: Server;
  /** In the order in which they came. */
  #waiting = new Map<number, Socket>();
  /** Passed, and not taken yet: this process has its own descriptor, so they outlive whom they were passed to. */
  readonly #passed = new Map<number, { readonly connection: Socket; readonly taker: Taker }>();
  /** Those that accept connections now. A fenced process that has not noticed may be among them. */
  readonly #open = new Set<Taker>();
  #primary: { readonly taker: Taker; readonly epoch: number } | undefined;
  #nextId = 1;

  private constructor(server: Server, bound: AddressInfo) {
    this.host = bound.address;
    this.port = bound.port;
    this.#server = server;
    server.maxConnections = waitingMax;
    server.on('connection', (connection) => {
      this.#accepted(connection);
    });
    // From here on: a connection that could not be accepted (EMFILE). Its client sees it closed.
    server.on('error', () => undefined);
  }

  /** Rejects with the system's error. */
  static listen(at: ListenAt): Promise<HeldPort> {
    return new Promise((resolve, reject) => {
      // What is set on a connection here stays with it, whoever has its descriptor.
      const server = createServer({ ...socketOptions, pauseOnConnect: true });
      server.once('error', reject);
      server.listen('fd' in at ? at : { ...at, exclusive: true }, backlog, () => {
        server.off('error', reject);
        const bound = server.address();
        if (bound === null || typeof bound === 'string')
          reject(new Error('this is a local socket'));
        else resolve(new HeldPort(server, bound));
      });
    });
  }

  heard(taker: Taker, message: PortMessage): void {
    switch (message.kind) {
      case 'port-opened':
        this.#open.add(taker);
        break;
      case 'port-closed':
        this.#open.delete(taker);
        break;
      case 'connection-taken':
        this.#passed.get(message.id)?.connection.destroy();
        this.#passed.delete(message.id);
        break;
      case 'connection-returned':
        this.#return(([id]) => id === message.id);
    }
    this.#passOn();
  }

  /** It claimed this epoch. Whoever has the highest one gets the connections; others are fenced, and may not know it. */
  isPrimary(taker: Taker, epoch: number): void {
    if (this.#primary !== undefined && this.#primary.epoch > epoch) return;
    this.#primary = { taker, epoch };
    this.#passOn();
  }

  /** It has ended, and all that it said was heard: what it has not taken, it never read. */
  gone(taker: Taker): void {
    this.#open.delete(taker);
    this.#return(([, passed]) => passed.taker === taker);
    this.#passOn();
  }

  /** Accepts nothing more, and closes what waits. */
  close(): void {
    this.#server.close();
    for (const connection of this.#waiting.values()) connection.destroy();
    for (const { connection } of this.#passed.values()) connection.destroy();
    this.#waiting.clear();
    this.#passed.clear();
  }

  #accepted(connection: Socket): void {
    connection.on('error', () => undefined);
    this.#waiting.set(this.#takeId(), connection);
    this.#passOn();
  }

  #passOn(): void {
    const taker = this.#primary?.taker;
    if (taker === undefined || !this.#open.has(taker)) return;
    for (const [id, connection] of this.#waiting) {
      this.#passed.set(id, { connection, taker });
      taker.pass({ kind: 'connection', port: this.port, id }, connection);
    }
    this.#waiting.clear();
  }

  /** They came before all that wait. Under new ids: a late word about the old ones is about nothing. */
  #return(isReturned: (passed: [number, { readonly taker: Taker }]) => boolean): void {
    const returned = [...this.#passed].filter(isReturned);
    const waiting = [...this.#waiting.values()];
    for (const [id] of returned) this.#passed.delete(id);
    const all = [...returned.map(([, { connection }]) => connection), ...waiting];
    this.#waiting = new Map(all.map((connection) => [this.#takeId(), connection]));
  }

  #takeId(): number {
    this.#nextId += 1;
    return this.#nextId - 1;
  }
}
