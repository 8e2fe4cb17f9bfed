import type { Clock, Timer, Timers } from '../../environment/clock.ts';
import type { Endpoint, Listener, Network, Stream } from '../../environment/network.ts';
import { systemCodeOf } from '../../environment/system-code.ts';
import type { CallHandler, RpcConnection } from './connection.ts';
import { DatagramServer, type DatagramStatistics } from './datagram-server.ts';
import { InputTurns } from './input-turns.ts';
import { type RpcServerLimits, serverLimits, sweepIntervalMs } from './limits.ts';
import { ReplySizes } from './reply-sizes.ts';
import { type CloseReason, type ConnectionOwner, ServerConnection } from './server-connection.ts';

export interface RpcServerOptions {
  readonly network: Network;
  readonly timers: Timers;
  readonly clock: Clock;
  readonly handler: CallHandler;
  /** Where nothing else is said: `defaultServerLimits`. */
  readonly limits?: Partial<RpcServerLimits>;
  /** A new connection, before its first call; not for UDP, which has none. */
  readonly onConnection?: (connection: RpcConnection) => void;
  /** The server closed a connection by itself: a malformed record, a limit. */
  readonly onRefused?: (peer: Endpoint, reason: CloseReason) => void;
  /** The handler threw, or a reply did not fit a datagram: a bug in the service. */
  readonly onHandlerError: (error: unknown, connection: RpcConnection) => void;
}

/** Ports tried where the system chooses one, and another process has it for the other transport. */
const samePortAttemptsMax = 16;

/**
 * A Sun RPC server (RFC 5531) over TCP, with record marking, and over UDP. It finds calls in bytes and sends replies;
 * what programs there are is the handler's business (see `createDispatcher`).
 */
export class RpcServer {
  readonly #options: RpcServerOptions;
  readonly #owner: ConnectionOwner;
  readonly #limits: RpcServerLimits;
  readonly #listeners: Listener[] = [];
  readonly #datagrams: DatagramServer;
  readonly #connections = new Set<ServerConnection>();
  readonly #perAddress = new Map<string, number>();
  #partialBytes = 0;
  #nextId = 1;
  #sweep: Timer | undefined;

  constructor(options: RpcServerOptions) {
    this.#options = options;
    this.#limits = serverLimits(options.limits);
    const nowMs = (): number => options.clock.monotonicMs();
    this.#owner = {
      timers: options.timers,
      limits: this.#limits,
      replySizes: new ReplySizes(),
      turns: new InputTurns(options.timers, nowMs),
      handler: options.handler,
      nowMs,
      closed: (connection) => this.#forget(connection),
      heldBytesChanged: (byBytes) => this.#hold(byBytes),
      closing: (connection, reason) => options.onRefused?.(connection.peer, reason),
      handlerFailed: options.onHandlerError,
    };
    this.#datagrams = new DatagramServer({
      ...this.#owner,
      network: options.network,
      takeId: () => this.#takeId(),
    });
  }

  /** Open TCP connections, in the order in which they came. */
  get connections(): ReadonlySet<RpcConnection> {
    return this.#connections;
  }

  /** Calls that were taken, over both transports, and neither answered nor dropped. */
  get callsInFlight(): number {
    let calls = this.#datagrams.callsInFlight;
    for (const connection of this.#connections) calls += connection.callsInFlight;
    return calls;
  }

  get datagramStatistics(): DatagramStatistics {
    return this.#datagrams.statistics;
  }

  /**
   * Starts listening for TCP, at one more address if called again; port 0 asks for a free one. Rejects with
   * EADDRINUSE ...
   */
  async listen(at: Endpoint): Promise<Endpoint> {
    const listener = await this.#options.network.listen(at, (stream) => this.#accept(stream));
    this.#listeners.push(listener);
    return listener.address;
  }

  /** The same for UDP. */
  async listenUdp(at: Endpoint): Promise<Endpoint> {
    return (await this.#datagrams.listen(at)).address;
  }

  /** The same for both on one port. Rejects, and listens on neither, where one of them is taken. */
  async listenBoth(at: Endpoint): Promise<Endpoint> {
    for (let attempt = 1; ; attempt += 1) {
      const datagrams = await this.#datagrams.listen(at);
      try {
        return await this.listen(datagrams.address);
      } catch (error) {
        await this.#datagrams.abandon(datagrams);
        if (at.port !== 0 || attempt >= samePortAttemptsMax || !isInUse(error)) throw error;
      }
    }
  }

  /** Stops listening and sends what was replied; then each connection closes. Calls without a reply get none. */
  async close(): Promise<void> {
    const closed = this.#datagrams.close();
    await this.#stopAccepting();
    for (const connection of this.#connections) connection.end();
    await closed;
  }

  /** Stops listening and closes every connection at once: what a peer sees when this process dies. */
  async destroy(): Promise<void> {
    const closed = this.#datagrams.close();
    await this.#stopAccepting();
    for (const connection of this.#connections) connection.close();
    await closed;
  }

  /** Takes no new connections, and no calls over UDP; open connections go on, and what was taken can be answered. */
  async stopListening(): Promise<void> {
    await Promise.all([this.#stopAccepting(), this.#datagrams.stop()]);
  }

  async #stopAccepting(): Promise<void> {
    await Promise.all(this.#listeners.splice(0).map((listener) => listener.close()));
  }

  #takeId(): number {
    this.#nextId += 1;
    return this.#nextId - 1;
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
    const connection = new ServerConnection(this.#takeId(), stream, this.#owner);
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

/** True if an address could not be bound because somebody else has it. */
export function isInUse(error: unknown): boolean {
  return systemCodeOf(error) === 'EADDRINUSE';
}
