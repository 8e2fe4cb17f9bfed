import type { Clock } from '../../environment/clock.ts';
import type { Key } from '../stable-area.ts';
import type { Location } from './location.ts';

/** A location, and what is known of the value there. */
export interface WarmLocation extends Location {
  /** When the value was last written, or found to be what its checksum says, on monotonic time. */
  verifiedMs: number;
}

/** Some 200 bytes each. */
const locationsMax = 64 * 1024;

/**
 * Where the values lie that were written or read last: those that the system still has in memory, as far as one can tell
 * from here, so that reading them waits for no disk. What is durable is what counts: a location is here once its
 * batch is written. The oldest leave first; a value that is read again comes back through a thread.
 */
export class WarmLocations {
  readonly #valueBytesMax: number;
  readonly #clock: Clock;
  readonly #locations = new Map<Key, WarmLocation>();
  #valueBytes = 0;
  #loads = 0;
  /** Changed since the loads under way began, the first of them. */
  readonly #changed = new Set<Key>();

  constructor(valueBytesMax: number, clock: Clock) {
    this.#valueBytesMax = valueBytesMax;
    this.#clock = clock;
  }

  get(key: Key): WarmLocation | undefined {
    return this.#locations.get(key);
  }

  /** A batch with this change is written. */
  written(key: Key, location: Location | undefined): void {
    if (this.#loads > 0) this.#changed.add(key);
    if (location === undefined) this.#delete(key);
    else this.#set(key, location);
  }

  /** Looks for locations in the records, and for their values, which are summed. What a batch that is written meanwhile says of a key is newer than what was found. */
  async load<T>(look: (found: (key: Key, location: Location) => void) => Promise<T>): Promise<T> {
    this.#loads += 1;
    try {
      return await look((key, location) => {
        if (!this.#changed.has(key)) this.#set(key, location);
      });
    } finally {
      this.#loads -= 1;
      if (this.#loads === 0) this.#changed.clear();
    }
  }

  #set(key: Key, location: Location): void {
    this.#delete(key);
    this.#locations.set(key, warm(location, this.#clock.monotonicMs()));
    this.#valueBytes += location.length;
    if (!this.#isMuch()) return;
    for (const oldest of this.#locations.keys()) {
      this.#delete(oldest);
      if (!this.#isMuch()) return;
    }
  }

  #isMuch(): boolean {
    return this.#valueBytes > this.#valueBytesMax || this.#locations.size > locationsMax;
  }

  #delete(key: Key): void {
    const known = this.#locations.get(key);
    if (known === undefined) return;
    this.#valueBytes -= known.length;
    this.#locations.delete(key);
  }
}

function warm(location: Location, verifiedMs: number): WarmLocation {
  const { epoch, number, position, length, crc32 } = location;
  return { epoch, number, position, length, crc32, verifiedMs };
}
