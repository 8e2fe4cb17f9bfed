import { deafMs, holdMinimumMs } from './limits.ts';

export interface SilenceOptions {
  readonly silenceMs: number;
  /** When the claim that is watched was first seen, monotonic. */
  readonly sinceMs: number;
}

/**
 * Decides from times alone whether a primary counts as hung. Pure: fed with what was heard and with ticks of the
 * backup's own clock.
 */
export class SilenceJudge {
  readonly #options: SilenceOptions;
  #heardMs: number;
  #tickMs: number;

  constructor(options: SilenceOptions) {
    this.#options = options;
    this.#heardMs = options.sinceMs;
    this.#tickMs = options.sinceMs;
  }

  /** The primary answered, or gave another sign of life. */
  heard(nowMs: number): void {
    if (nowMs > this.#heardMs) this.#heardMs = nowMs;
  }

  /** To be called often. True when the primary was silent for long enough while this process was listening. */
  tick(nowMs: number): boolean {
    // Whoever was paused itself starts to listen anew: what was said meanwhile waits in its socket.
    if (nowMs - this.#tickMs > deafMs) this.#heardMs = nowMs;
    this.#tickMs = nowMs;
    const held = nowMs - this.#options.sinceMs >= holdMinimumMs;
    return held && nowMs - this.#heardMs >= this.#options.silenceMs;
  }
}
