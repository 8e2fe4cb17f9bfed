import type { Clock } from '../../environment/clock.ts';
import type { KeyValueEngine } from '../key-value-engine.ts';
import type { Key } from '../stable-area.ts';
import { unseal } from './value-format.ts';

/** More at once are cheaper in a thread, which takes them all in one trip. */
const keysMax = 8;
/** What the system has in memory takes some 20 µs. This is a disk, or another process that had the processor. */
const slowMs = 1;
/** Two slow ones so close together are a disk: a processor is taken away once in some hundred looks at most. */
const slowWithin = 8;
/** How long nothing is looked at in the calling turn after that. */
const restMs = 250;

/**
 * Records in the calling turn. A trip to the thread pool, and the execution that has to be begun again after it, cost several times
 * as much as a look at pages that the system has in memory, and nearly all looks find them there. Where some do not, the
 * next ones go through threads for a while, so that a cold disk holds up those who need it and nobody else.
 */
export class QuickLook {
  readonly #engine: KeyValueEngine;
  readonly #clock: Clock;
  #restUntilMs = Number.NEGATIVE_INFINITY;
  #looksSinceSlow = Number.POSITIVE_INFINITY;

  constructor(engine: KeyValueEngine, clock: Clock) {
    this.#engine = engine;
    this.#clock = clock;
  }

  /** What is stored, without its seal, in the order of the keys. Undefined: to be asked through a thread, which also says what is wrong. */
  at(keys: readonly Key[]): (Uint8Array | undefined)[] | undefined {
    const engine = this.#engine;
    const startMs = this.#clock.monotonicMs();
    if (engine.getNow === undefined || keys.length > keysMax || startMs < this.#restUntilMs) {
      return undefined;
    }
    try {
      const found: (Uint8Array | undefined)[] = [];
      for (const key of keys) {
        const stored = engine.getNow(key);
        found.push(stored && unseal(key, stored));
      }
      return found;
    } catch {
      return undefined;
    } finally {
      this.#note(startMs, this.#clock.monotonicMs());
    }
  }

  #note(startMs: number, endMs: number): void {
    this.#looksSinceSlow += 1;
    if (endMs - startMs <= slowMs) return;
    if (this.#looksSinceSlow <= slowWithin) this.#restUntilMs = endMs + restMs;
    this.#looksSinceSlow = 0;
  }
}
