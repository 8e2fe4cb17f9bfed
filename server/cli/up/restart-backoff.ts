/** The first restart leaves the machine to the takeover that is going on: starting a process costs it half a second. */
const firstDelayMs = 500;
const longestDelayMs = 10_000;
/** A process that lived so long did not die of its start. */
const soundLifeMs = 10_000;

/** How long to wait before a process is started again: longer each time that it dies young. */
export class RestartBackoff {
  #deaths = 0;

  /**
   * `livedMs`: how long the process that just died had lived. `innocent`: it was killed while it did what it should, so
   * that its death says nothing about the next start.
   */
  nextDelayMs(livedMs: number, innocent: boolean): number {
    this.#deaths = innocent || livedMs >= soundLifeMs ? 1 : this.#deaths + 1;
    return Math.min(longestDelayMs, firstDelayMs * 2 ** (this.#deaths - 1));
  }
}
