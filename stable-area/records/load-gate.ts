interface Waiting {
  readonly records: number;
  readonly begin: () => void;
}

/**
 * Lets loads begin in their order, as long as those under way bring at most so many records together, or are none. All that end
 * while the event loop is busy are worked through in its next turn, and nothing else is: with 64 listings under way,
 * each of some 400 files that are not in memory, such a turn took more than a second, after which a primary counts
 * as hung. More loads at once than there are threads would be no faster, and small ones find room beside a large one.
 */
export class LoadGate {
  readonly #recordsMax: number;
  readonly #waiting: Waiting[] = [];
  #records = 0;

  constructor(recordsMax: number) {
    this.#recordsMax = recordsMax;
  }

  /** What `load` gives, which is called now or when there is room. It brings so many records at most. */
  run<T>(records: number, load: () => Promise<T>): Promise<T> {
    if (this.#hasRoom(records) && this.#waiting.length === 0) return this.#begin(records, load);
    return new Promise<T>((resolve) => {
      this.#waiting.push({ records, begin: () => resolve(this.#begin(records, load)) });
    });
  }

  async #begin<T>(records: number, load: () => Promise<T>): Promise<T> {
    this.#records += records;
    try {
      return await load();
    } finally {
      this.#records -= records;
      this.#next();
    }
  }

  #next(): void {
    for (;;) {
      const [first] = this.#waiting;
      if (first === undefined || !this.#hasRoom(first.records)) return;
      this.#waiting.shift();
      first.begin();
    }
  }

  #hasRoom(records: number): boolean {
    return this.#records === 0 || this.#records + records <= this.#recordsMax;
  }
}
