/** The numbers of an alias's calls to one other alias: which are given, and which of them are not finished. Pure. */
export class CallNumbers {
  /** Ascending, in which order they were added. */
  readonly #unfinished = new Set<number>();
  #next: number;

  constructor(next: number) {
    this.#next = next;
  }

  /** The completion notice: all calls below are over. */
  get lowestUnfinished(): number {
    for (const sequence of this.#unfinished) return sequence;
    return this.#next;
  }

  /** An unfinished call of an earlier process; in ascending order, before all others. */
  restore(sequence: number): void {
    this.#unfinished.add(sequence);
  }

  /**
   * The transaction that gave the number was committed. Transactions may be heard of in another order than that in which
   * they were executed: a number that was passed over is as unfinished as those that were heard of.
   */
  began(sequence: number): void {
    for (; this.#next <= sequence; this.#next += 1) this.#unfinished.add(this.#next);
  }

  /** The transaction that used the reply is durable and confirmed. */
  finished(sequence: number): void {
    this.#unfinished.delete(sequence);
  }
}
