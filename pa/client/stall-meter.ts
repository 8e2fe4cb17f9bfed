import type { Port } from '../directory/port.ts';
import type { PaClientEvents, WaitingReason } from './events.ts';
import type { PaClientLimits } from './limits.ts';
import type { Link } from './link.ts';

export interface StallMeterOptions {
  readonly alias: string;
  readonly directory: string;
  readonly events: PaClientEvents;
  readonly limits: PaClientLimits;
}

/** Measures what users notice: how long calls wait while a connection is replaced. All times are monotonic, in ms. */
export class StallMeter {
  readonly #options: StallMeterOptions;
  /** The last answer, or the first call after a time without any. */
  #progressMs = 0;
  #noticedMs = 0;
  /** The connection that the last answer came over, and where and under which epoch that was. */
  #link: Link | undefined;
  #port: Port | undefined;
  #resent = 0;

  constructor(options: StallMeterOptions) {
    this.#options = options;
  }

  /** Where the last answer came from. */
  get port(): Port | undefined {
    return this.#port;
  }

  waitedMs(nowMs: number): number {
    return nowMs - this.#progressMs;
  }

  /** The first call after all earlier ones had ended. */
  began(nowMs: number): void {
    this.progressed(nowMs);
  }

  resent(): void {
    this.#resent += 1;
  }

  /** A call was answered, over whatever connection. */
  progressed(nowMs: number): void {
    this.#progressMs = nowMs;
    this.#noticedMs = 0;
  }

  /** Something was answered over the active connection; `isPending`: a call waits for that. */
  answered(link: Link, isPending: boolean, nowMs: number): void {
    const from = this.#port;
    if (this.#link !== link || from?.epoch !== link.epoch) {
      this.#moved(link, from, isPending, nowMs);
    }
    this.progressed(nowMs);
  }

  /** Tells whoever observes, when it is time. */
  tick(nowMs: number, reason: () => WaitingReason): void {
    const { alias, directory, events, limits } = this.#options;
    const waitingMs = this.waitedMs(nowMs);
    const since = this.#noticedMs === 0 ? waitingMs : nowMs - this.#noticedMs;
    const needed = this.#noticedMs === 0 ? limits.waitingNoticeMs : limits.waitingRepeatMs;
    if (since < needed) return;
    this.#noticedMs = nowMs;
    events.waiting?.({ alias, reason: reason(), waitingMs, directory, port: this.#port });
  }

  #moved(link: Link, from: Port | undefined, isPending: boolean, nowMs: number): void {
    const to = { ...link.port, epoch: link.epoch };
    const isSameLink = this.#link === link;
    this.#link = link;
    this.#port = to;
    const resent = this.#resent;
    this.#resent = 0;
    // The first connection of all interrupts nothing, and neither does a new epoch on the same one.
    if (from === undefined || isSameLink || !isPending) return;
    const isTakeover = from.host !== to.host || from.port !== to.port || from.epoch !== to.epoch;
    const { alias, events } = this.#options;
    events.stalled?.({ alias, from, to, stallMs: this.waitedMs(nowMs), isTakeover, resent });
  }
}
