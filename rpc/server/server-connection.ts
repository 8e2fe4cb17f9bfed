import type { Timers } from '../../environment/clock.ts';
import type { Endpoint, Stream, StreamEvents } from '../../environment/network.ts';
import { decodeCall } from '../call-message.ts';
import { RecordReader } from '../record-marking.ts';
import { RecordSender } from '../record-sender.ts';
import { acceptedReply } from '../reply-message.ts';
import { CallsInFlight } from './calls-in-flight.ts';
import type { CallHandler, RpcConnection } from './connection.ts';
import type { InputTurns } from './input-turns.ts';
import type { RpcServerLimits } from './limits.ts';
import type { ReplySizes } from './reply-sizes.ts';

/** Why the server closed a connection by itself. */
export type CloseReason =
  | 'record-too-long'
  | 'too-many-fragments'
  | 'not-a-call'
  | 'partial-record-too-slow'
  | 'partial-records-too-large'
  | 'replies-not-taken'
  | 'too-many-connections';

/** What a connection needs of its server. */
export interface ConnectionOwner {
  readonly timers: Timers;
  readonly limits: RpcServerLimits;
  readonly replySizes: ReplySizes;
  readonly turns: InputTurns;
  readonly handler: CallHandler;
  nowMs(): number;
  closed(connection: ServerConnection): void;
  /** The bytes kept for an unfinished record changed. */
  heldBytesChanged(byBytes: number): void;
  closing(connection: ServerConnection, reason: CloseReason): void;
  handlerFailed(error: unknown, connection: ServerConnection): void;
}

const systemError = acceptedReply({ status: 'SYSTEM_ERR' });

/** One TCP connection to a server: bytes to calls, replies to bytes, and the limits on both. */
export class ServerConnection implements RpcConnection, StreamEvents {
  readonly transport = 'tcp';
  readonly id: number;
  readonly #stream: Stream;
  readonly #owner: ConnectionOwner;
  readonly #reader: RecordReader;
  readonly #sender: RecordSender;
  readonly #inFlight: CallsInFlight;
  readonly #onClose: (() => void)[] = [];
  #isClosed = false;
  #pausedByHandler = false;
  /** The rest of what has arrived is for the next turn of the event loop. */
  #isCut = false;
  readonly #goOn = (): void => {
    this.#deliver();
  };
  #streamPaused = false;
  #delivering = false;
  /** Set by `end`: what still arrives is thrown away, so that the peer's own end is seen. */
  #endingSinceMs: number | undefined;
  /** Kept for an unfinished record, as last told to the owner. */
  #heldBytes = 0;
  /** When the unfinished record began, or reading went on; infinity without one. */
  #partialSinceMs = Number.POSITIVE_INFINITY;
  /** When bytes of replies last left, or there were none. */
  #progressMs: number;
  #unsentSeen = 0;

  constructor(id: number, stream: Stream, owner: ConnectionOwner) {
    this.id = id;
    this.#stream = stream;
    this.#owner = owner;
    this.#reader = new RecordReader(owner.limits);
    this.#inFlight = new CallsInFlight(owner.limits, owner.replySizes);
    this.#progressMs = owner.nowMs();
    this.#sender = new RecordSender(stream, owner.timers, () => {
      this.#deliver();
    });
  }

  get peer(): Endpoint {
    return this.#stream.remote;
  }

  get local(): Endpoint {
    return this.#stream.local;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get callsInFlight(): number {
    return this.#inFlight.count;
  }

  get unsentBytes(): number {
    return this.#sender.unsentBytes;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  get partialSinceMs(): number {
    return this.#partialSinceMs;
  }

  start(): void {
    this.#stream.start(this);
    // The owner may want nothing read from the first byte on; a stream flows when it has been started.
    if (this.#streamPaused) this.#stream.pause();
  }

  data(bytes: Buffer): void {
    if (this.#isOver()) return;
    this.#reader.push(bytes);
    this.#deliver();
  }

  drained(): void {
    this.#sender.drained();
    this.#deliver();
  }

  closed(): void {
    this.#finish();
  }

  reply(xid: number, message: readonly Buffer[]): void {
    if (this.#isClosed) return;
    let replyBytes = 0;
    for (const buffer of message) replyBytes += buffer.length;
    this.#inFlight.end(xid, replyBytes);
    this.#sender.send(xid, message);
  }

  drop(xid: number): void {
    if (this.#isClosed) return;
    this.#inFlight.end(xid);
    this.#sender.wake();
  }

  pauseReading(): void {
    this.#pausedByHandler = true;
    this.#pauseStream(this.#endingSinceMs === undefined);
  }

  resumeReading(): void {
    if (!this.#pausedByHandler) return;
    this.#pausedByHandler = false;
    this.#sender.wake();
  }

  close(): void {
    this.#stream.destroy();
    this.#finish();
  }

  end(): void {
    if (this.#isOver()) return;
    this.#endingSinceMs = this.#owner.nowMs();
    this.#sender.flush();
    this.#stream.end();
    this.#pauseStream(false);
  }

  onClose(callback: () => void): void {
    if (this.#isClosed) this.#owner.timers.soon(callback);
    else this.#onClose.push(callback);
  }

  closeBecause(reason: CloseReason): void {
    if (this.#isClosed) return;
    this.#owner.closing(this, reason);
    this.close();
  }

  /** Looks at the limits that are counted in time. */
  sweep(nowMs: number): void {
    const { partialRecordMsMax, stalledReplyMsMax } = this.#owner.limits;
    const unsentBytes = this.unsentBytes;
    if (unsentBytes === 0 || unsentBytes < this.#unsentSeen) this.#progressMs = nowMs;
    this.#unsentSeen = unsentBytes;
    const stalledSinceMs = Math.min(this.#progressMs, this.#endingSinceMs ?? nowMs);
    if (nowMs - stalledSinceMs > stalledReplyMsMax) {
      this.closeBecause('replies-not-taken');
    } else if (nowMs - this.#partialSinceMs > partialRecordMsMax) {
      this.closeBecause('partial-record-too-slow');
    }
  }

  /** Gives the handler what has arrived, as far as the limits let it. */
  #deliver(): void {
    // A handler may come back here, by letting reading go on: the loop below does so then.
    if (this.#delivering || this.#isOver()) return;
    this.#delivering = true;
    const { turns } = this.#owner;
    turns.begin();
    this.#isCut = turns.isOver(this.#goOn);
    while (!this.#mustWait()) {
      const record = this.#reader.next();
      if (record === undefined) break;
      this.#partialSinceMs = Number.POSITIVE_INFINITY;
      this.#take(record);
      this.#isCut = turns.isOver(this.#goOn);
    }
    turns.end();
    this.#delivering = false;
    if (this.#reader.failure !== undefined) this.closeBecause(this.#reader.failure);
    else if (!this.#isOver()) this.#notePartial();
  }

  #isOver(): boolean {
    return this.#isClosed || this.#endingSinceMs !== undefined;
  }

  #mustWait(): boolean {
    return (
      this.#isOver() ||
      this.#pausedByHandler ||
      this.#isCut ||
      this.#inFlight.isFull ||
      this.#sender.isBehind(this.#owner.limits.unsentReplyBytesMax)
    );
  }

  #take(record: Buffer): void {
    const call = decodeCall(record);
    if (call === undefined) {
      this.closeBecause('not-a-call');
      return;
    }
    if ('refusal' in call) {
      this.#sender.send(call.xid, call.refusal);
      return;
    }
    const before = this.#inFlight.count;
    this.#inFlight.begin(call, record.length);
    try {
      this.#owner.handler(call, this);
    } catch (error) {
      this.#owner.handlerFailed(error, this);
      if (this.#inFlight.count > before) this.reply(call.xid, systemError);
    }
  }

  /** After everything that can be taken was: pauses the stream or lets it go on, and notes what is unfinished. */
  #notePartial(): void {
    const mustWait = this.#mustWait();
    const heldBytes = this.#reader.heldBytes;
    this.#partialSinceMs =
      this.#reader.isInside && !mustWait
        ? Math.min(this.#partialSinceMs, this.#owner.nowMs())
        : Number.POSITIVE_INFINITY;
    this.#pauseStream(mustWait);
    if (heldBytes === this.#heldBytes) return;
    const change = heldBytes - this.#heldBytes;
    this.#heldBytes = heldBytes;
    this.#owner.heldBytesChanged(change);
  }

  #pauseStream(pause: boolean): void {
    if (pause === this.#streamPaused || this.#isClosed) return;
    this.#streamPaused = pause;
    if (pause) this.#stream.pause();
    else this.#stream.resume();
  }

  #finish(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#sender.stop();
    if (this.#heldBytes > 0) this.#owner.heldBytesChanged(-this.#heldBytes);
    this.#heldBytes = 0;
    this.#owner.closed(this);
    for (const callback of this.#onClose.splice(0)) callback();
  }
}
