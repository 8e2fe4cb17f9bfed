import type { Clock, Timer, Timers } from '../../environment/clock.ts';
import type { Endpoint, Listener, Network, Stream } from '../../environment/network.ts';
import type { CallHandler, RpcConnection } from './connection.ts';
import { type RpcServerLimits, serverLimits, sweepIntervalMs } from './limits.ts';
import { type CloseReason, type ConnectionOwner, ServerConnection } from './server-connection.ts';

export interface RpcServerOptions {
  readonly network: Network;
  readonly timers: Timers;
  readonly clock: Clock;
  readonly handler: CallHandler;
  /** Where nothing else is said: `defaultServerLimits`. */
  readonly limits?: Partial<RpcServerLimits>;
  /** A new peer, before its first call. */
  readonly onConnection?: (connection: RpcConnection) => void;
  /** The server closed a connection by itself: a malformed record, a limit. */
  readonly onRefused?: (peer: Endpoint, reason: CloseReason) => void;
  /** The handler threw: a bug in the service. */
  readonly onHandlerError: (error: unknown, connection: RpcConnection) => void;
}

/**
 * A Sun RPC server over TCP (RFC 5531, record marking). It finds calls in bytes and sends replies; what programs there
 * are is the handler's business (see `createDispatcher`).
 */
export class RpcServer {
  readonly #options: RpcServerOptions;
  readonly #owner: ConnectionOwner;
  readonly #limits: RpcServerLimits;
  readonly #listeners: Listener[] = [];
  readonly #connections = new Set<ServerConnection>();
  readonly #perAddress = new Map<string, number>();
  #partialBytes = 0;
  #nextId = 1;
  #sweep: Timer | undefined;

  constructor(options: RpcServerOptions) {
    this.#options = options;
    this.#limits = serverLimits(options.limits);
    this.#owner = {
      timers: options.timers,
      limits: this.#limits,
      handler: options.handler,
      nowMs: () => options.clock.monotonicMs(),
      closed: (connection) => this.#forget(connection),
      heldBytesChanged: (byBytes) => this.#hold(byBytes),
      closing: (connection, reason) => options.onRefused?.(connection.peer, reason),
      handlerFailed: options.onHandlerError,
    };
  }

  /** Open connections, in the order in which they came. */
  get connections(): ReadonlySet<RpcConnection> {
    return this.#connections;
  }

  /** Starts listening, at one more address if called again; port 0 asks for a free one. Rejects with EADDRINUSE ... */
  async listen(at: Endpoint): Promise<Endpoint> {
    const listener = await this.#options.network.listen(at, (stream) => this.#accept(stream));
    this.#listeners.push(listener);
    return listener.address;
  }

  /** Stops listening and sends what was replied; then each connection closes. Calls without a reply get none. */
  async close(): Promise<void> {
    await this.stopListening();
    for (const connection of this.#connections) connection.end();
  }

  /** Stops listening and closes every connection at once: what a peer sees when this process dies. */
  async destroy(): Promise<void> {
    await this.stopListening();
    for (const connection of this.#connections) connection.close();
  }

  /** Takes no new connections; open ones go on. */
  async stopListening(): Promise<void> {
    await Promise.all(this.#listeners.splice(0).map((listener) => listener.close()));
  }

  #accept(stream: Stream): void {
    const { host } = stream.remote;
    const fromThere = this.#perAddress.get(host) ?? 0;
    if (
      this.#connections.size >= this.#limits.connectionsMax ||
      fromThere >= this.#limits.connectionsPerAddressMax
    ) {
      stream.destroy();
      this.#options.onRefused?.(stream.remote, 'too-many-connections');
      return;
    }
    const connection = new ServerConnection(this.#nextId, stream, this.#owner);
    this.#nextId += 1;
    this.#connections.add(connection);
    this.#perAddress.set(host, fromThere + 1);
    this.#sweepLater();
    this.#options.onConnection?.(connection);
    connection.start();
  }

  #forget(connection: ServerConnection): void {
    if (!this.#connections.delete(connection)) return;
    const { host } = connection.peer;
    const left = (this.#perAddress.get(host) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(host);
    else this.#perAddress.set(host, left);
    if (this.#connections.size > 0) return;
    this.#sweep?.cancel();
    this.#sweep = undefined;
  }

  /** Many peers with one unfinished record each could fill the memory: the record begun first has to go. */
  #hold(byBytes: number): void {
    this.#partialBytes += byBytes;
    while (this.#partialBytes > this.#limits.partialBytesMax) {
      const oldest = this.#oldestPartial();
      if (oldest === undefined) return;
      oldest.closeBecause('partial-records-too-large');
    }
  }

  #oldestPartial(): ServerConnection | undefined {
    let oldest: ServerConnection | undefined;
    for (const connection of this.#connections) {
      if (connection.heldBytes === 0) continue;
      if (oldest === undefined || connection.partialSinceMs < oldest.partialSinceMs) {
        oldest = connection;
      }
    }
    return oldest;
  }

  #sweepLater(): void {
    this.#sweep ??= this.#options.timers.after(sweepIntervalMs, () => {
      this.#sweep = undefined;
      const nowMs = this.#owner.nowMs();
      for (const connection of this.#connections) connection.sweep(nowMs);
      if (this.#connections.size > 0) this.#sweepLater();
    });
  }
}
