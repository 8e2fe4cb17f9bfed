import type { Endpoint, Stream, StreamEvents } from '../../../environment/network.ts';
import type { SimulatedProcess } from '../core/simulated-process.ts';
import { systemError } from '../../../environment/testing/memory-address.ts';

/** Undelivered bytes from which `write` returns false. */
const highWaterBytes = 256 * 1024;

/** How what is sent in one direction travels: in order, some time later. */
export type Send = (from: SimulatedStream, label: string, arrived: () => void) => void;

/** Sees what goes over a connection. */
export interface StreamObserver {
  /** At the moment at which the end of this name writes it. */
  written(bytes: Buffer): void;
  /** At the moment at which that end is given it. */
  given(bytes: Buffer): void;
}

/** One end of a connection. */
export class SimulatedStream implements Stream {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly owner: SimulatedProcess;
  readonly #send: Send;
  readonly #closed: (stream: SimulatedStream) => void;
  #peer: SimulatedStream | undefined;
  #events: StreamEvents | undefined;
  observer: StreamObserver | undefined;
  /** What has arrived and was not given to the owner. */
  #incoming: Buffer[] = [];
  #undelivered = 0;
  #paused = false;
  #ended = false;
  #wantsDrain = false;
  /** The other end's closing has arrived, or this end was closed. */
  #closing: { readonly error: Error | undefined } | undefined;
  #closedTold = false;
  #pumping = false;
  /** The end of the process takes what is on the way with it. */
  hasLostAll = false;
  /** When what was sent last arrives: nothing overtakes it. */
  lastArrivalMs = 0;

  /** `closed`: told when the owner has heard that it is closed. */
  constructor(
    owner: SimulatedProcess,
    local: Endpoint,
    remote: Endpoint,
    send: Send,
    closed: (stream: SimulatedStream) => void,
  ) {
    this.owner = owner;
    this.local = local;
    this.remote = remote;
    this.#send = send;
    this.#closed = closed;
  }

  static join(one: SimulatedStream, other: SimulatedStream): void {
    one.#peer = other;
    other.#peer = one;
  }

  get peer(): SimulatedStream | undefined {
    return this.#peer;
  }

  get isClosed(): boolean {
    return this.#closing !== undefined && this.#incoming.length === 0;
  }

  start(events: StreamEvents): void {
    if (this.#events !== undefined) throw new Error('a stream is started once');
    this.#events = events;
    this.#pumpSoon();
  }

  write(buffers: readonly Uint8Array[]): boolean {
    const peer = this.#peer;
    if (peer === undefined || this.#ended || this.#closing !== undefined) return true;
    if (this.owner.isDead) return true;
    const bytes = Buffer.concat(buffers);
    this.observer?.written(bytes);
    peer.#undelivered += bytes.length;
    this.#send(this, 'bytes', () => peer.#arrive(bytes));
    if (this.bufferedBytes < highWaterBytes) return true;
    this.#wantsDrain = true;
    return false;
  }

  get bufferedBytes(): number {
    const peer = this.#peer;
    return peer === undefined ? 0 : peer.#undelivered;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#pumpSoon();
  }

  end(): void {
    if (this.#ended || this.#closing !== undefined) return;
    this.#ended = true;
    const peer = this.#peer;
    if (peer === undefined) return;
    this.#send(this, 'end', () => {
      // As allowHalfOpen: false does: the end of the peer is the end of both.
      peer.end();
      peer.#close(undefined);
    });
  }

  destroy(): void {
    if (this.#closing !== undefined) return;
    this.#incoming = [];
    this.#close(undefined);
    this.resetPeer();
  }

  /** The system breaks the connection, here at once and there some time later. */
  reset(): void {
    if (this.#closing !== undefined) return;
    this.#incoming = [];
    this.#close(systemError('ECONNRESET', this.remote));
    this.resetPeer();
  }

  /** What the system sends when this end is gone. */
  resetPeer(): void {
    const peer = this.#peer;
    if (peer === undefined) return;
    this.#send(this, 'reset', () => {
      peer.#incoming = [];
      peer.#close(systemError('ECONNRESET', peer.remote));
    });
  }

  #close(error: Error | undefined): void {
    if (this.#closing !== undefined) return;
    this.#closing = { error };
    this.#pumpSoon();
  }

  #arrive(bytes: Buffer): void {
    if (this.#closing !== undefined || this.peer?.hasLostAll === true) return;
    this.#incoming.push(bytes);
    this.#pump();
  }

  #pumpSoon(): void {
    if (this.#pumping || (this.#incoming.length === 0 && this.#closing === undefined)) return;
    this.#pumping = true;
    this.owner.timers.soon(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    const events = this.#events;
    if (events === undefined || this.#closedTold) return;
    if (!this.#paused) {
      for (
        let bytes = this.#incoming.shift();
        bytes !== undefined;
        bytes = this.#incoming.shift()
      ) {
        this.#undelivered -= bytes.length;
        this.peer?.drain();
        this.observer?.given(bytes);
        events.data(bytes);
        if (this.#isPausedNow()) return;
      }
    }
    if (this.#closing === undefined || this.#incoming.length > 0) return;
    this.#closedTold = true;
    this.#closed(this);
    events.closed(this.#closing.error);
  }

  #isPausedNow(): boolean {
    return this.#paused;
  }

  /** The other end was given something. */
  drain(): void {
    if (!this.#wantsDrain || this.bufferedBytes > 0) return;
    this.#wantsDrain = false;
    this.owner.timers.soon(() => this.#events?.drained?.());
  }
}
