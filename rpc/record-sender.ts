import type { Timer, Timers } from '../environment/clock.ts';
import type { Stream } from '../environment/network.ts';
import { markBytes, recordMark } from './record-marking.ts';

/** Buffers below this are copied together; larger ones are sent as they are. */
const copiedBytesMax = 1_024;
/** So many small messages leave at once, before the turn ends: the peer, on another core, works on them meanwhile. */
const flushedBytes = 4 * 1024;
/** The mark and the xid, which are written here. */
const headBytes = markBytes + 4;

interface Message {
  readonly xid: number;
  /** Length of the buffers. */
  readonly lengthBytes: number;
  readonly buffers: readonly Buffer[];
}

/** Sends RPC messages as records. What one turn of the event loop produces leaves in few writes. */
export class RecordSender {
  readonly #stream: Stream;
  readonly #timers: Timers;
  readonly #onFlushed: () => void;
  readonly #flushNow = (): void => {
    this.#flush();
  };
  #waiting: Message[] = [];
  #waitingBytes = 0;
  /** Of them, those that are copied, heads included. */
  #copiedBytes = 0;
  #flushSoon: Timer | undefined;
  /** The stream has more than it likes, and will tell when that has left. */
  #streamIsFull = false;

  /** `onFlushed` is called in each turn in which something was sent, after the write. */
  constructor(stream: Stream, timers: Timers, onFlushed: () => void) {
    this.#stream = stream;
    this.#timers = timers;
    this.#onFlushed = onFlushed;
  }

  /** Bytes that have not left the process. */
  get unsentBytes(): number {
    return this.#waitingBytes + this.#stream.bufferedBytes;
  }

  /**
   * Too much waits for the peer: nothing that makes more should be begun. It passes without a further word from the
   * peer (`onFlushed`), or with one (`drained`).
   */
  isBehind(unsentBytesMax: number): boolean {
    if (this.#waitingBytes >= unsentBytesMax) return true;
    return this.#streamIsFull && this.unsentBytes >= unsentBytesMax;
  }

  /** To be called when the stream says so. */
  drained(): void {
    this.#streamIsFull = false;
  }

  /** `buffers` is the message from after the xid on; they must not change until they have been sent. */
  send(xid: number, buffers: readonly Buffer[]): void {
    let lengthBytes = 0;
    let copiedBytes = headBytes;
    for (const buffer of buffers) {
      lengthBytes += buffer.length;
      if (buffer.length < copiedBytesMax) copiedBytes += buffer.length;
    }
    this.#waiting.push({ xid, lengthBytes, buffers });
    this.#waitingBytes += headBytes + lengthBytes;
    this.#copiedBytes += copiedBytes;
    if (this.#copiedBytes >= flushedBytes) this.flush();
    this.wake();
  }

  /** Makes `onFlushed` come at the end of this turn, with or without something to send. */
  wake(): void {
    this.#flushSoon ??= this.#timers.soon(this.#flushNow);
  }

  /** Sends what is waiting, now. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    if (!this.#stream.write(this.#gather())) this.#streamIsFull = true;
  }

  /** Nothing is sent any more, and `onFlushed` is not called. */
  stop(): void {
    this.#flushSoon?.cancel();
    this.#flushSoon = undefined;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#copiedBytes = 0;
  }

  #flush(): void {
    this.#flushSoon = undefined;
    this.flush();
    this.#onFlushed();
  }

  #gather(): Uint8Array[] {
    const parts: Uint8Array[] = [];
    const block = Buffer.allocUnsafe(this.#copiedBytes);
    let start = 0;
    let end = 0;
    for (const { xid, lengthBytes, buffers } of this.#waiting) {
      block.writeUInt32BE(recordMark(4 + lengthBytes), end);
      block.writeUInt32BE(xid, end + markBytes);
      end += headBytes;
      for (const buffer of buffers) {
        if (buffer.length < copiedBytesMax) {
          block.set(buffer, end);
          end += buffer.length;
        } else {
          parts.push(block.subarray(start, end), buffer);
          start = end;
        }
      }
    }
    if (end > start) parts.push(block.subarray(start, end));
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#copiedBytes = 0;
    return parts;
  }
}
