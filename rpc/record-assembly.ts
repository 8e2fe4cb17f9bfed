/** Smaller pieces are copied together: a peer that sends byte by byte must not make a buffer of each. */
const copiedPieceBytesMax = 2 * 1024;
const blockBytesMin = 256;
const blockBytesMax = 16 * 1024;

/**
 * The part of a record that has arrived so far. Memory follows what really came, whatever length was announced: large
 * pieces are kept as the views they are, small ones are copied into blocks.
 */
export class RecordAssembly {
  #pieces: Buffer[] = [];
  #lengthBytes = 0;
  /** The block that small pieces go into, its bytes in use, and how many of them are in `#pieces` already. */
  #block: Buffer | undefined;
  #blockStart = 0;
  #blockEnd = 0;

  get lengthBytes(): number {
    return this.#lengthBytes;
  }

  add(piece: Buffer): void {
    if (piece.length > copiedPieceBytesMax) {
      this.#cut();
      this.#pieces.push(piece);
      this.#lengthBytes += piece.length;
    } else {
      this.#copy(piece);
    }
  }

  /** The whole record, in the pieces that it is kept in; the assembly is empty afterwards. */
  take(): Buffer[] {
    this.#cut();
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#lengthBytes = 0;
    this.#block = undefined;
    this.#blockStart = 0;
    this.#blockEnd = 0;
    return pieces;
  }

  #copy(piece: Buffer): void {
    let from = 0;
    while (from < piece.length) {
      const block = this.#roomyBlock();
      const copied = piece.copy(block, this.#blockEnd, from);
      this.#blockEnd += copied;
      this.#lengthBytes += copied;
      from += copied;
    }
  }

  #roomyBlock(): Buffer {
    if (this.#block !== undefined && this.#blockEnd < this.#block.length) return this.#block;
    this.#cut();
    const blockBytes = Math.min(Math.max(this.#lengthBytes, blockBytesMin), blockBytesMax);
    this.#block = Buffer.allocUnsafeSlow(blockBytes);
    this.#blockStart = 0;
    this.#blockEnd = 0;
    return this.#block;
  }

  #cut(): void {
    if (this.#block === undefined || this.#blockEnd === this.#blockStart) return;
    this.#pieces.push(this.#block.subarray(this.#blockStart, this.#blockEnd));
    this.#blockStart = this.#blockEnd;
  }
}
