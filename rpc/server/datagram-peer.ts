import { strict as assert } from 'node:assert';
import type { Timers } from '../../environment/clock.ts';
import type { Datagram, DatagramListener, Endpoint } from '../../environment/network.ts';
import type { RpcConnection } from './connection.ts';

/** What a peer needs of its server. */
export interface DatagramPeerOwner {
  readonly timers: Timers;
  /** Sends one reply; `message` is everything after the xid. */
  send(peer: DatagramPeer, xid: number, message: readonly Buffer[]): void;
  /** One call has been answered or dropped. */
  ended(peer: DatagramPeer): void;
  /** It has no calls any more, and is not held. */
  closed(peer: DatagramPeer): void;
}

/** Who sent datagrams with calls that wait for their reply, and the address at which it sent them. */
export class DatagramPeer implements RpcConnection {
  readonly transport = 'udp';
  readonly id: number;
  readonly peer: Endpoint;
  readonly local: Endpoint;
  /** Where its calls came in, and its replies go out. */
  readonly listener: DatagramListener;
  readonly unsentBytes = 0;
  readonly #owner: DatagramPeerOwner;
  readonly #onClose: (() => void)[] = [];
  #callsInFlight = 0;
  #isPaused = false;
  #isClosed = false;

  constructor(
    id: number,
    listener: DatagramListener,
    { peer, local }: Datagram,
    owner: DatagramPeerOwner,
  ) {
    this.id = id;
    this.listener = listener;
    this.peer = peer;
    this.local = local;
    this.#owner = owner;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  get callsInFlight(): number {
    return this.#callsInFlight;
  }

  begin(): void {
    this.#callsInFlight += 1;
  }

  reply(xid: number, message: readonly Buffer[]): void {
    if (this.#isClosed) return;
    this.#owner.send(this, xid, message);
    this.#end();
  }

  drop(_xid: number): void {
    if (!this.#isClosed) this.#end();
  }

  pauseReading(): void {
    this.#isPaused = true;
  }

  resumeReading(): void {
    this.#isPaused = false;
    this.#closeIfIdle();
  }

  /** The calls that wait get no reply. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    while (this.#callsInFlight > 0) {
      this.#callsInFlight -= 1;
      this.#owner.ended(this);
    }
    this.#owner.closed(this);
    for (const callback of this.#onClose.splice(0)) callback();
  }

  /** What was replied has been sent. */
  end(): void {
    this.close();
  }

  onClose(callback: () => void): void {
    if (this.#isClosed) this.#owner.timers.soon(callback);
    else this.#onClose.push(callback);
  }

  #end(): void {
    assert(this.#callsInFlight > 0, 'a call is answered or dropped once');
    this.#callsInFlight -= 1;
    this.#owner.ended(this);
    this.#closeIfIdle();
  }

  #closeIfIdle(): void {
    if (this.#callsInFlight === 0 && !this.#isPaused) this.close();
  }
}
