import type { Timers } from '../clock.ts';
import type { Endpoint, Stream, StreamEvents } from '../network.ts';

export interface MemoryStreamOptions {
  /** The largest piece that one `data` event carries; 1 tests every boundary. */
  readonly chunkBytesMax: number;
  /** Undelivered bytes from which `write` returns false. */
  readonly highWaterBytes: number;
}

/** One end of a connection inside the process. Each event comes in a turn of its own. */
export class MemoryStream implements Stream {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly #timers: Timers;
  readonly #options: MemoryStreamOptions;
  #peer: MemoryStream | undefined;
  #events: StreamEvents | undefined;
  /** What the peer has written and this end has not been given. */
  #incoming: Buffer[] = [];
  #incomingBytes = 0;
  #paused = false;
  #pumping = false;
  #ended = false;
  /** The peer has ended: closes once everything before it was given. */
  #endComes = false;
  #closed: { readonly error: Error | undefined } | undefined;
  #closedTold = false;
  #wantsDrain = false;
  readonly #onClosed: () => void;

  constructor(
    timers: Timers,
    options: MemoryStreamOptions,
    local: Endpoint,
    remote: Endpoint,
    onClosed: () => void,
  ) {
    this.#timers = timers;
    this.#options = options;
    this.local = local;
    this.remote = remote;
    this.#onClosed = onClosed;
  }

  static join(one: MemoryStream, other: MemoryStream): void {
    one.#peer = other;
    other.#peer = one;
  }

  start(events: StreamEvents): void {
    if (this.#events !== undefined) throw new Error('a stream is started once');
    this.#events = events;
    this.#pump();
  }

  write(buffers: readonly Uint8Array[]): boolean {
    const peer = this.#peer;
    if (peer === undefined || this.#ended || this.#closed !== undefined) return true;
    if (peer.#closed === undefined) {
      const bytes = Buffer.concat(buffers);
      if (bytes.length > 0) peer.#incoming.push(bytes);
      peer.#incomingBytes += bytes.length;
      peer.#pump();
    }
    if (this.bufferedBytes < this.#options.highWaterBytes) return true;
    this.#wantsDrain = true;
    return false;
  }

  get bufferedBytes(): number {
    const peer = this.#peer;
    return peer === undefined ? 0 : peer.#incomingBytes;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#pump();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const peer = this.#peer;
    if (peer === undefined) return;
    peer.#endComes = true;
    peer.#pump();
  }

  destroy(): void {
    this.fail(undefined);
    const peer = this.#peer;
    if (peer === undefined) return;
    peer.#forget();
    peer.#endComes = true;
    peer.#paused = false;
    peer.#pump();
  }

  /** Closes this end alone, at once, with this error. */
  fail(error: Error | undefined): void {
    this.#closed ??= { error };
    this.#forget();
    this.#pump();
  }

  #forget(): void {
    this.#incoming = [];
    this.#incomingBytes = 0;
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    this.#timers.soon(() => {
      this.#pumping = false;
      this.#step();
    });
  }

  #step(): void {
    const events = this.#events;
    if (events === undefined || this.#closedTold) return;
    if (this.#closed !== undefined) {
      this.#closedTold = true;
      this.#onClosed();
      events.closed(this.#closed.error);
      return;
    }
    this.#tellDrained(events);
    if (this.#paused) return;
    const bytes = this.#take();
    if (bytes !== undefined) {
      events.data(bytes);
      const peer = this.#peer;
      if (this.#incomingBytes === 0 && peer !== undefined) peer.#pump();
      this.#pump();
    } else if (this.#endComes) {
      // As allowHalfOpen: false does: the end of the peer is the end of both.
      this.end();
      this.#closed = { error: undefined };
      this.#pump();
    }
  }

  #tellDrained(events: StreamEvents): void {
    if (!this.#wantsDrain || this.bufferedBytes > 0) return;
    this.#wantsDrain = false;
    events.drained?.();
  }

  #take(): Buffer | undefined {
    const first = this.#incoming[0];
    if (first === undefined) return undefined;
    const length = Math.min(first.length, this.#options.chunkBytesMax);
    if (length === first.length) this.#incoming.shift();
    else this.#incoming[0] = first.subarray(length);
    this.#incomingBytes -= length;
    // A copy, as a socket gives: whoever keeps it keeps nothing else alive.
    return Buffer.from(first.subarray(0, length));
  }
}
