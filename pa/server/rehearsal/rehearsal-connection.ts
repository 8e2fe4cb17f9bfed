import type { Timers } from '../../../environment/clock.ts';
import type { Endpoint } from '../../../environment/network.ts';
import type { RpcConnection } from '../../../rpc/server/connection.ts';

/** As a client of this machine. Port 0: nobody can have it. */
const nobody: Endpoint = { host: '127.0.0.1', port: 0 };

/** The other end of a {@link RehearsalChannel}: a connection to nobody, of which replies come back at once. */
export class RehearsalConnection implements RpcConnection {
  readonly id = 0;
  readonly transport = 'tcp';
  readonly peer = nobody;
  readonly local = nobody;
  readonly isClosed = false;
  readonly unsentBytes = 0;
  readonly #timers: Timers;
  readonly #waiting = new Map<number, (message: readonly Buffer[] | undefined) => void>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  get callsInFlight(): number {
    return this.#waiting.size;
  }

  /** Resolves with the reply from after the xid on; undefined where none is given. */
  replyTo(xid: number): Promise<readonly Buffer[] | undefined> {
    return new Promise((resolve) => this.#waiting.set(xid, resolve));
  }

  reply(xid: number, message: readonly Buffer[]): void {
    this.#end(xid, message);
  }

  drop(xid: number): void {
    this.#end(xid, undefined);
  }

  #end(xid: number, message: readonly Buffer[] | undefined): void {
    const resolve = this.#waiting.get(xid);
    this.#waiting.delete(xid);
    // Never in the turn of the call, as it would be over a network.
    this.#timers.soon(() => resolve?.(message));
  }

  pauseReading(): void {
    /* There is nothing to read. */
  }

  resumeReading(): void {
    /* Likewise. */
  }

  close(): void {
    for (const xid of this.#waiting.keys()) this.drop(xid);
  }

  end(): void {
    this.close();
  }

  onClose(): void {
    /* It outlives everybody who asks. */
  }
}
