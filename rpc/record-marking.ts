import { RecordAssembly } from './record-assembly.ts';

/** RFC 5531 §11: the highest bit of a mark tells the last fragment, the rest is its length. */
const lastFragmentBit = 0x8000_0000;
const fragmentBytesMask = 0x7fff_ffff;
/** Length of the mark before each fragment. */
export const markBytes = 4;

export interface RecordLimits {
  /** A longer record is a failure as soon as its length is announced. */
  readonly recordBytesMax: number;
  /** Fragments of one record, empty ones included. */
  readonly fragmentsMax: number;
}

export const defaultRecordLimits: RecordLimits = {
  // 1 MiB of file data (the largest rtmax and wtmax) and generous room for everything around it.
  recordBytesMax: 1024 * 1024 + 64 * 1024,
  // C peers cut at their send buffer; libtirpc's smallest makes some 270 of the largest record.
  fragmentsMax: 4_096,
};

export type RecordFailure = 'record-too-long' | 'too-many-fragments';

/**
 * Finds the records in a byte stream (RFC 5531 §11). Bytes go in as they come, in pieces of any size; records are taken
 * out one at a time, so that whoever takes them can stop in the middle of a piece. A record that lies in one piece and
 * one fragment is a view of that piece. The first failure is final.
 */
export class RecordReader {
  /** Set once and for ever: the stream has lost its framing and must be closed. */
  failure: RecordFailure | undefined = undefined;
  readonly #limits: RecordLimits;
  /** What came and was not looked at, oldest first; the first one from `#offset` on. */
  readonly #chunks: Buffer[] = [];
  #offset = 0;
  readonly #assembly = new RecordAssembly();
  /** The mark that is being read, and how many of its bytes were. */
  #mark = 0;
  #markBytesRead = 0;
  /** Bytes of the current fragment that are still to come; undefined between fragments. */
  #fragmentLeft: number | undefined;
  #isLastFragment = false;
  #fragments = 0;

  constructor(limits: RecordLimits = defaultRecordLimits) {
    this.#limits = limits;
  }

  /** A record was begun and its end has not come. */
  get isInside(): boolean {
    return this.#fragments > 0 || this.#markBytesRead > 0;
  }

  /** Bytes kept for a record whose end has not come. */
  get heldBytes(): number {
    return this.#assembly.lengthBytes;
  }

  push(chunk: Buffer): void {
    if (chunk.length > 0) this.#chunks.push(chunk);
  }

  /** The next record, without its marks; undefined when more bytes are needed, or after a failure. */
  next(): Buffer | undefined {
    const record = this.nextInPieces();
    return Array.isArray(record) ? Buffer.concat(record) : record;
  }

  /** The same without a copy: a record that did not come in one piece is given in those that it came in, in order. */
  nextInPieces(): Buffer | Buffer[] | undefined {
    for (;;) {
      const chunk = this.#chunks[0];
      if (chunk === undefined || this.failure !== undefined) return undefined;
      if (this.#fragmentLeft === undefined && !this.#readMark(chunk)) continue;
      const record = this.#readFragment(chunk);
      if (record !== undefined) return record;
    }
  }

  /** True when a fragment has begun. */
  #readMark(chunk: Buffer): boolean {
    if (this.#markBytesRead === 0 && chunk.length - this.#offset >= markBytes) {
      const mark = chunk.readUInt32BE(this.#offset);
      this.#advance(chunk, markBytes);
      return this.#begin(mark);
    }
    this.#mark = ((this.#mark << 8) | (chunk[this.#offset] ?? 0)) >>> 0;
    this.#markBytesRead += 1;
    this.#advance(chunk, 1);
    if (this.#markBytesRead < markBytes) return false;
    const mark = this.#mark;
    this.#mark = 0;
    this.#markBytesRead = 0;
    return this.#begin(mark);
  }

  #begin(mark: number): boolean {
    const lengthBytes = mark & fragmentBytesMask;
    this.#fragments += 1;
    if (this.#assembly.lengthBytes + lengthBytes > this.#limits.recordBytesMax) {
      return this.#fail('record-too-long');
    }
    if (this.#fragments > this.#limits.fragmentsMax) return this.#fail('too-many-fragments');
    this.#fragmentLeft = lengthBytes;
    this.#isLastFragment = mark >= lastFragmentBit;
    return true;
  }

  /** Takes what the chunk has of the fragment; the record, when that was its last byte. */
  #readFragment(chunk: Buffer): Buffer | Buffer[] | undefined {
    const left = this.#fragmentLeft ?? 0;
    // The mark may have been the end of its chunk: the fragment starts with the next one then.
    const at = this.#chunks[0] === chunk ? this.#offset : chunk.length;
    const taken = Math.min(left, chunk.length - at);
    const piece = chunk.subarray(at, at + taken);
    if (taken > 0) this.#advance(chunk, taken);
    this.#fragmentLeft = taken === left ? undefined : left - taken;

    const isWhole = taken === left && this.#isLastFragment;
    if (isWhole) this.#fragments = 0;
    if (isWhole && this.#assembly.lengthBytes === 0) return piece;
    if (taken > 0) this.#assembly.add(piece);
    if (!isWhole) return undefined;
    const pieces = this.#assembly.take();
    return pieces.length === 1 ? pieces[0] : pieces;
  }

  #advance(chunk: Buffer, byBytes: number): void {
    this.#offset += byBytes;
    if (this.#offset < chunk.length) return;
    this.#chunks.shift();
    this.#offset = 0;
  }

  #fail(failure: RecordFailure): false {
    this.failure = failure;
    this.#chunks.length = 0;
    this.#assembly.take();
    return false;
  }
}

/** The mark of a record that is sent in one fragment. */
export function recordMark(lengthBytes: number): number {
  return (lastFragmentBit | lengthBytes) >>> 0;
}

/** A record of these buffers in one fragment, as a list for one gathered write. */
export function markRecord(buffers: readonly Uint8Array[]): Uint8Array[] {
  let lengthBytes = 0;
  for (const buffer of buffers) lengthBytes += buffer.length;
  const mark = Buffer.allocUnsafe(markBytes);
  mark.writeUInt32BE(recordMark(lengthBytes));
  return [mark, ...buffers];
}
