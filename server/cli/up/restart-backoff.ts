/** The first restart leaves the machine to the takeover that is going on: starting a process costs it half a second. */
const firstDelayMs = 500;
const longestDelayMs = 10_000;
/** A process that lived so long did not die of its start. */
const soundLifeMs = 10_000;

export interface Circumstances {
  /** It was killed while it did what it should, so that its death says nothing about the next start. */
  readonly innocent?: boolean;
  /** No other one is left to take over: there is nothing to make room for. */
  readonly isLast?: boolean;
}

/** How long to wait before a process is started again: longer each time that it dies young. */
export class RestartBackoff {
  #deaths = 0;

  /** `livedMs`: how long the process that just died had lived. */
  nextDelayMs(livedMs: number, { innocent = false, isLast = false }: Circumstances = {}): number {
    this.#deaths = innocent || livedMs >= soundLifeMs ? 1 : this.#deaths + 1;
    if (isLast && this.#deaths === 1) return 0;
    return Math.min(longestDelayMs, firstDelayMs * 2 ** (this.#deaths - 1));
  }
}
