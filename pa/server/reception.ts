import { delay } from '../../environment/clock.ts';
import type { Environment } from '../../environment/environment.ts';
import type { Endpoint } from '../../environment/network.ts';
import type { RpcCall } from '../../rpc/call-message.ts';
import type { CallHandler, RpcConnection } from '../../rpc/server/connection.ts';
import { isInUse, RpcServer } from '../../rpc/server/rpc-server.ts';
import type { VolumeHostOptions } from './host.ts';
import { portLookMs, portPatienceMs } from './pair/limits.ts';

export interface ReceptionParts {
  readonly environment: Environment;
  readonly options: Pick<VolumeHostOptions, 'listen' | 'alsoListen'>;
  /** Of the claim under which clients are received. */
  readonly epoch: number;
  readonly problem: (message: string, cause: unknown) => void;
}

/** Where a volume is reached. */
export interface ReceptionAddresses {
  readonly service: Endpoint;
  readonly alsoAt: readonly Endpoint[];
}

/**
 * The service ports of a volume under one claim. They are bound as soon as the claim is linked, while records are still
 * being copied and opened: clients connect meanwhile, and their calls wait here until there is somebody to answer them.
 */
export class Reception {
  readonly rpc: RpcServer;
  /** Rejects where a port cannot be bound; undefined when this ended before. */
  readonly bound: Promise<ReceptionAddresses | undefined>;
  readonly #parts: ReceptionParts;
  #handler: CallHandler | undefined;
  /** Calls that came too early, in their order. What a peer may have in flight bounds them. */
  #waiting: { readonly call: RpcCall; readonly connection: RpcConnection }[] = [];
  #ended = false;

  constructor(parts: ReceptionParts) {
    this.#parts = parts;
    this.rpc = new RpcServer({
      ...parts.environment,
      handler: (call, connection) => {
        if (this.#handler === undefined) this.#waiting.push({ call, connection });
        else this.#handler(call, connection);
      },
      onHandlerError: (error) => {
        parts.problem('a call could not be processed', error);
      },
    });
    this.bound = this.#bind();
    // Whoever waits for it is told; where the claim is lost before, nobody does.
    this.bound.catch(() => undefined);
  }

  /** Gives every call to the handler from now on, first those that wait. */
  open(handler: CallHandler): void {
    this.#handler = handler;
    for (const { call, connection } of this.#waiting.splice(0)) {
      if (connection.isClosed) continue;
      try {
        handler(call, connection);
      } catch (error) {
        this.#parts.problem('a call could not be processed', error);
        connection.drop(call.xid);
      }
    }
  }

  /** Drops all connections unanswered, and frees the ports: what is outstanding is sent again to whoever serves then. */
  async destroy(): Promise<void> {
    this.#ended = true;
    this.#waiting = [];
    await this.rpc.destroy();
  }

  async #bind(): Promise<ReceptionAddresses | undefined> {
    const { listen, alsoListen = [] } = this.#parts.options;
    const bound: Endpoint[] = [];
    for (const at of [listen, ...alsoListen]) bound.push(await this.#listen(at));
    if (this.#ended) {
      // Ended meanwhile: what was bound since then would keep the port from the next holder.
      await this.rpc.destroy();
      return undefined;
    }
    const [service = listen, ...alsoAt] = bound;
    return { service, alsoAt };
  }

  /** A predecessor on this machine may still have the port, and is about to leave it. */
  async #listen(at: Endpoint): Promise<Endpoint> {
    const { clock, timers } = this.#parts.environment;
    const hasPredecessor = this.#parts.epoch > 1 && at.port !== 0;
    const untilMs = clock.monotonicMs() + (hasPredecessor ? portPatienceMs : 0);
    for (;;) {
      try {
        return await this.rpc.listenBoth(at);
      } catch (error) {
        const isOver = clock.monotonicMs() >= untilMs || this.#ended;
        if (isOver || !isInUse(error)) throw error;
        await delay(timers, portLookMs);
      }
    }
  }
}
