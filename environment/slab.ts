/**
 * Buffers of one size that are kept for long. In Node's pool each would keep all that was made beside it, some kilobytes; here it
 * keeps its neighbours, which are of its kind.
 */
export class Slab {
  readonly #pieceBytes: number;
  readonly #pieces: number;
  #left = Buffer.alloc(0);

  constructor(pieceBytes: number, pieces: number) {
    this.#pieceBytes = pieceBytes;
    this.#pieces = pieces;
  }

  /** Not cleared. */
  take(): Buffer {
    if (this.#left.length === 0) {
      this.#left = Buffer.allocUnsafeSlow(this.#pieces * this.#pieceBytes);
    }
    const piece = this.#left.subarray(0, this.#pieceBytes);
    this.#left = this.#left.subarray(this.#pieceBytes);
    return piece;
  }
}
