import type { Logger } from 'pino';
import type { Environment } from '../../environment/environment.ts';
import type { Endpoint } from '../../environment/network.ts';
import type { PaAlias } from '../../pa/client/pa-client.ts';
import type { RpcCall } from '../../rpc/call-message.ts';
import { type Portmapper, startPortmapper } from '../../rpc/portmapper/portmapper.ts';
import { acceptedReply, rejectedReply, type RpcReply } from '../../rpc/reply-message.ts';
import type { RpcConnection } from '../../rpc/server/connection.ts';
import { RpcServer } from '../../rpc/server/rpc-server.ts';
import { type HeldCall, HeldCalls } from './held-calls.ts';
import { completeLimits, connectionLimits, type GatewayLimits } from './limits.ts';
import { registerGateway } from './programs.ts';
import { refusalOf } from './refusal.ts';
import { relay, type RelayParts } from './relay.ts';

export interface GatewayOptions {
  readonly environment: Pick<Environment, 'network' | 'timers' | 'clock'>;
  /** Belongs to its maker; to be closed after the gateway. */
  readonly alias: Pick<PaAlias, 'name' | 'callRaw'>;
  /** 16 bytes, the same in each life of this gateway. */
  readonly gatewayUi: Buffer;
  /** Over TCP and UDP. Port 0: a free one. */
  readonly listen: Endpoint;
  /** One more port, for clients that look for MOUNT elsewhere. */
  readonly mountPort?: number | undefined;
  /** Runs a portmapper too, on this port. */
  readonly portmapperPort?: number | undefined;
  /** Relays only for clients with a privileged port. */
  readonly secure: boolean;
  readonly log: Logger;
  readonly limits?: Partial<GatewayLimits>;
}

/** An address cannot be listened on; `cause` is the system's word. */
export class GatewayListenError extends Error {
  override readonly name = 'GatewayListenError';
  readonly what: 'listen' | 'mount-port' | 'portmapper';
  readonly at: Endpoint;

  constructor(what: GatewayListenError['what'], at: Endpoint, cause: unknown) {
    super(`cannot listen on ${at.host} port ${at.port}`, { cause });
    this.what = what;
    this.at = at;
  }
}

const systemError = acceptedReply({ status: 'SYSTEM_ERR' });

/**
 * Stock clients on one side, FT-IPC on the other: takes their calls as an RPC server of any program, relays each to the
 * alias, and gives the reply back under the client's own xid. A client's connection outlives every takeover.
 */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #limits: GatewayLimits;
  readonly #held: HeldCalls;
  readonly #relayParts: RelayParts;
  readonly #server: RpcServer;
  #address: Endpoint;
  #mountAddress: Endpoint;
  #portmapper: Portmapper | undefined;
  /** Nothing is read: too much is held, or this is the end. */
  #isPaused = false;
  /** The end waits for the last call. */
  #onEmpty: (() => void) | undefined;
  #isDistrusted = false;

  private constructor(options: GatewayOptions) {
    const { environment, log } = options;
    this.#options = options;
    this.#limits = completeLimits(options.limits);
    this.#held = new HeldCalls(this.#limits);
    this.#relayParts = {
      alias: options.alias,
      gatewayUi: options.gatewayUi,
      timers: environment.timers,
      relayAgainMs: this.#limits.relayAgainMs,
      report: (message, error) => {
        log.warn({ err: error }, message);
      },
    };
    this.#address = options.listen;
    this.#mountAddress = options.listen;
    this.#server = new RpcServer({
      ...environment,
      limits: connectionLimits,
      handler: (call, connection) => {
        this.#onCall(call, connection);
      },
      onConnection: (connection) => {
        if (this.#isPaused) connection.pauseReading();
      },
      onRefused: (peer, reason) => {
        log.warn({ peer, reason }, `closed the connection of ${peer.host}: ${reason}`);
      },
      onHandlerError: (error) => {
        log.error({ err: error }, 'a call could not be answered as it was');
      },
    });
  }

  /** Rejects with a GatewayListenError where a port cannot be listened on, and listens nowhere then. */
  static async start(options: GatewayOptions): Promise<Gateway> {
    const gateway = new Gateway(options);
    try {
      await gateway.#listen();
    } catch (error) {
      await gateway.#server.destroy();
      throw error;
    }
    return gateway;
  }

  get address(): Endpoint {
    return this.#address;
  }

  get mountAddress(): Endpoint {
    return this.#mountAddress;
  }

  /** Calls that wait for the alias. */
  get heldCalls(): number {
    return this.#held.count;
  }

  /** Takes nothing more, waits a little for the replies to what was relayed, and closes all connections. */
  async close(): Promise<void> {
    const { timers } = this.#options.environment;
    this.#pause();
    await Promise.all([this.#server.stopListening(), this.#portmapper?.close()]);
    if (this.#held.count > 0) {
      await new Promise<void>((resolve) => {
        const patience = timers.after(this.#limits.endPatienceMs, resolve);
        this.#onEmpty = () => {
          patience.cancel();
          resolve();
        };
      });
    }
    await this.#server.close();
    await this.#flushed();
    await this.#server.destroy();
  }

  /** Resolves when every client has what it was given, or does not take it in time. */
  async #flushed(): Promise<void> {
    const open = [...this.#server.connections];
    const closed = open.map((each) => new Promise<void>((resolve) => each.onClose(resolve)));
    const patience = new Promise<void>((resolve) => {
      const { timers } = this.#options.environment;
      const timer = timers.after(this.#limits.flushPatienceMs, resolve);
      void Promise.all(closed).then(() => {
        timer.cancel();
        resolve();
      });
    });
    await patience;
  }

  async #listen(): Promise<void> {
    const { listen, mountPort } = this.#options;
    this.#address = await this.#listenAt('listen', listen);
    this.#mountAddress = this.#address;
    if (mountPort !== undefined && mountPort !== this.#address.port) {
      const at = { host: listen.host, port: mountPort };
      this.#mountAddress = await this.#listenAt('mount-port', at);
    }
    await this.#startPortmapper();
  }

  async #startPortmapper(): Promise<void> {
    const { environment, listen, portmapperPort, log } = this.#options;
    if (portmapperPort === undefined) return;
    this.#portmapper = await startPortmapper({
      ...environment,
      hosts: [listen.host],
      port: portmapperPort,
      onError: (error) => {
        log.error({ err: error }, 'the portmapper could not answer');
      },
    }).catch((cause: unknown) => {
      throw new GatewayListenError(
        'portmapper',
        { host: listen.host, port: portmapperPort },
        cause,
      );
    });
    registerGateway(this.#portmapper.registry, this.#address, this.#mountAddress);
  }

  async #listenAt(what: GatewayListenError['what'], at: Endpoint): Promise<Endpoint> {
    try {
      return await this.#server.listenBoth(at);
    } catch (cause) {
      throw new GatewayListenError(what, at, cause);
    }
  }

  #onCall(call: RpcCall, connection: RpcConnection): void {
    const refusal = refusalOf(call, connection, this.#options.secure);
    if (refusal !== undefined) {
      connection.reply(call.xid, refusal);
      return;
    }
    // While too much is held nothing comes over TCP, and a datagram is sent again by itself.
    const mayBeNew = !this.#isPaused || connection.transport === 'tcp';
    const arrival = this.#held.take(call, connection, mayBeNew);
    if (arrival === undefined) {
      connection.drop(call.xid);
      return;
    }
    if (!arrival.isNew) {
      this.#attach(arrival.held, connection);
      return;
    }
    this.#relay(arrival.held);
    if (this.#held.isFull && !this.#isPaused) {
      const { count } = this.#held;
      this.#options.log.warn({ calls: count }, `${count} calls wait: nothing more is read for now`);
      this.#pause();
    }
  }

  /**
   * The same call once more, while it is relayed. The server would recognise it too; but while nobody serves, each
   * copy would take up another call's room here, and all of them would be relayed in the end.
   */
  #attach(running: HeldCall, connection: RpcConnection): void {
    const { xid } = running.call;
    running.connection.drop(xid);
    running.connection = connection;
  }

  #relay(held: HeldCall): void {
    relay(held, this.#relayParts).then(
      (reply) => {
        if (reply !== undefined) this.#noteTrust(reply);
        this.#end(held, reply === undefined ? undefined : messageOf(reply));
      },
      (error: unknown) => {
        this.#options.log.error({ err: error }, 'a call could not be relayed');
        this.#end(held, systemError);
      },
    );
  }

  #end(held: HeldCall, message: readonly Buffer[] | undefined): void {
    const { call, connection } = held;
    this.#held.remove(held);
    // A client that has gone is told nothing: its connection takes care of that.
    if (message === undefined) connection.drop(call.xid);
    else connection.reply(call.xid, message);
    if (this.#onEmpty !== undefined) {
      if (this.#held.count === 0) this.#onEmpty();
    } else if (this.#isPaused && this.#held.hasRoom) {
      this.#resume();
    }
  }

  #pause(): void {
    this.#isPaused = true;
    for (const connection of this.#server.connections) connection.pauseReading();
  }

  #resume(): void {
    this.#isPaused = false;
    for (const connection of this.#server.connections) connection.resumeReading();
  }

  /** Only our own header can be meant: a server of the alias sees no other verifier. */
  #noteTrust(reply: RpcReply): void {
    const { log, alias } = this.#options;
    const isDistrusted =
      !reply.accepted &&
      reply.rejection.status === 'AUTH_ERROR' &&
      reply.rejection.authStat === 'AUTH_BADVERF';
    if (isDistrusted && !this.#isDistrusted) {
      log.error(
        `the servers of ${alias.name} do not believe this gateway: give it the cluster's secret (--secret-file)`,
      );
    }
    this.#isDistrusted = isDistrusted;
  }
}

/** The same reply, without PA's verifier. Bulk data is not copied. */
function messageOf(reply: RpcReply): Buffer[] {
  return reply.accepted ? acceptedReply(reply.outcome) : rejectedReply(reply.rejection);
}
