import type { ClientLife, PendingCall } from './pending-call.ts';

/**
 * Every call of one alias that somebody waits for: queued ones, which nobody but this process knows, and sent ones, each in
 * the life under which it has its number. A life ends when the server has no record of it; its calls stay here until
 * each has been told so.
 */
export class CallBook {
  readonly #queue = new Set<PendingCall>();
  /** Were queued again after they had been sent: older than the whole queue. */
  readonly #queuedAgain = new Set<PendingCall>();
  readonly #lives = new Set<ClientLife>();
  #life: ClientLife | undefined;

  /** The life under which calls are sent. */
  get life(): ClientLife | undefined {
    return this.#life;
  }

  get queued(): number {
    return this.#queue.size + this.#queuedAgain.size;
  }

  /** Calls that have a number and no reply. */
  get outstanding(): number {
    let sum = 0;
    for (const { calls } of this.#lives) sum += calls.size;
    return sum;
  }

  /** Nothing of what may have reached the area is without its reply. */
  get isUntied(): boolean {
    if (this.outstanding > 0) return false;
    for (const { sent } of this.#queue) if (sent > 0) return false;
    return true;
  }

  get pending(): number {
    return this.queued + this.outstanding;
  }

  enqueue(call: PendingCall): void {
    this.#queue.add(call);
  }

  begin(life: ClientLife): void {
    this.#life = life;
    this.#lives.add(life);
  }

  /** The next call to be sent, with its number; undefined when there is none, or no room for it. */
  next(outstandingMax: number): PendingCall | undefined {
    const life = this.#life;
    if (life === undefined) return undefined;
    const queue = this.#queuedAgain.size > 0 ? this.#queuedAgain : this.#queue;
    for (const call of queue) {
      const given = call.lasting?.sequence;
      if (!life.calls.hasRoom(outstandingMax, given)) {
        if (given === undefined) return undefined;
        // A lower number may stand behind it, and the window opens only when that is finished.
        continue;
      }
      queue.delete(call);
      call.place = { life, sequence: life.calls.add(call, given) };
      return call;
    }
    return undefined;
  }

  /** All calls that have a number, the oldest first. */
  *sent(): Generator<PendingCall> {
    for (const { calls } of this.#lives) yield* calls.calls();
  }

  *all(): Generator<PendingCall> {
    yield* this.sent();
    yield* this.#queuedAgain;
    yield* this.#queue;
  }

  /** The server has no record of this life; what was sent in its name keeps its numbers. */
  expire(life: ClientLife): void {
    life.hasExpired = true;
    if (this.#life === life) this.#life = undefined;
    if (life.calls.size === 0) this.#lives.delete(life);
  }

  /** It was certainly not executed under its number: it gets another one, in the next life. */
  queueAgain(call: PendingCall): void {
    this.#leaveLife(call);
    call.place = undefined;
    call.link = undefined;
    call.sent = 0;
    this.#queuedAgain.add(call);
  }

  /** Nobody waits for it any more. */
  remove(call: PendingCall): void {
    this.#queue.delete(call);
    this.#queuedAgain.delete(call);
    this.#leaveLife(call);
  }

  /** Everything of the present area is over. */
  endLives(): void {
    this.#life = undefined;
    this.#lives.clear();
  }

  #leaveLife({ place }: PendingCall): void {
    if (place === undefined) return;
    place.life.calls.finish(place.sequence);
    if (place.life.hasExpired && place.life.calls.size === 0) this.#lives.delete(place.life);
  }
}
