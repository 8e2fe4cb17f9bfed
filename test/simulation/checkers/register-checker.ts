/**
 * Records that one client writes ascending numbers into, one write after the other, and that are read at any time. They have one
 * sequential order if a read gives no less than what was written or read before it was asked for, and nothing that nobody had
 * asked to write when it was answered. 0 is what was never written.
 */
export class RegisterChecker {
  readonly findings: string[] = [];
  /** What every later read must give at least. */
  readonly #settled = new Map<string, number>();
  /** The last number that somebody asked to write. */
  readonly #asked = new Map<string, number>();

  /** A read is asked for; returns what to call with its answer. */
  reads(key: string): (value: number) => void {
    const least = this.#settled.get(key) ?? 0;
    return (value) => {
      const most = this.#asked.get(key) ?? 0;
      if (value < least || value > most) {
        this.findings.push(`${key} reads ${value}, which must be from ${least} to ${most}`);
      }
      this.#settle(key, value);
    };
  }

  /** A write is asked for; returns what to call when it is acknowledged. */
  writes(key: string, value: number): () => void {
    this.#asked.set(key, value);
    return () => this.#settle(key, value);
  }

  #settle(key: string, value: number): void {
    if (value > (this.#settled.get(key) ?? 0)) this.#settled.set(key, value);
  }
}
