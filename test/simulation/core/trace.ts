/**
 * What happened in a run, as one number: every step adds its time, its owner and its kind. Two runs with equal digests took the
 * same steps in the same order.
 */
export class Trace {
  #low = 0x811c9dc5;
  #high = 0xcbf29ce4;
  readonly #hashes = new Map<string, number>();
  /** The last steps, for a report; as many as fit. */
  readonly #recent: string[] = [];
  readonly #recentMax: number;

  constructor(recentMax: number) {
    this.#recentMax = recentMax;
  }

  add(atMs: number, owner: string, label: string): void {
    // Nanoseconds, so that the fractions of times count.
    this.#mix(Math.floor(atMs * 1e6) | 0);
    this.#mix(this.#hashOf(owner) ^ Math.imul(this.#hashOf(label), 31));
    if (this.#recentMax === 0) return;
    if (this.#recent.length >= this.#recentMax) this.#recent.shift();
    this.#recent.push(`${atMs.toFixed(3)} ${owner} ${label}`);
  }

  get recent(): readonly string[] {
    return this.#recent;
  }

  /** 16 hexadecimal digits. */
  get digest(): string {
    return [this.#low, this.#high]
      .map((word) => (word >>> 0).toString(16).padStart(8, '0'))
      .join('');
  }

  #mix(word: number): void {
    this.#low = Math.imul(this.#low ^ word, 0x01000193);
    this.#high = Math.imul(this.#high ^ (word + this.#low), 0x9e3779b1);
    this.#high ^= this.#high >>> 15;
  }

  #hashOf(text: string): number {
    const known = this.#hashes.get(text);
    if (known !== undefined) return known;
    let hash = 0x811c9dc5;
    for (let at = 0; at < text.length; at += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    }
    this.#hashes.set(text, hash);
    return hash;
  }
}
