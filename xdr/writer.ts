import { XdrLimitError } from './failure.ts';
import { lengthMax, nestingDepthMax, referencedOpaqueBytesMin } from './limits.ts';

const firstChunkBytes = 512;
const chunkBytesMax = 65_536;

/** Up to here a loop over characters is quicker than a call into Node's own code. File names are short. */
const shortTextMax = 40;

/** A word that is written now and given its value later: a length that is not yet known. */
export interface ReservedWord {
  readonly chunk: Buffer;
  readonly offset: number;
}

/**
 * Appends XDR values (RFC 4506) and gives them as a list of buffers for one gathered write. Opaque data of
 * `referencedOpaqueBytesMin` bytes and more are referred to, not copied: they must not change before the list has
 * been written. A value outside its limits is our own bug and throws an XdrLimitError.
 */
export class XdrWriter {
  readonly #parts: Buffer[] = [];
  #partsBytes = 0;
  #chunk: Buffer;
  /** Where the part that is being filled starts in the chunk, and where it ends so far. */
  #start = 0;
  #offset = 0;
  #depth = 0;

  constructor(expectedBytes: number = firstChunkBytes) {
    this.#chunk = Buffer.allocUnsafe(Math.max(expectedBytes, 8));
  }

  /** Bytes written so far. */
  get lengthBytes(): number {
    return this.#partsBytes + this.#offset - this.#start;
  }

  /** All that was written, in order. The writer may go on afterwards, and a later `finish` gives everything again. */
  finish(): Buffer[] {
    this.#cut();
    return [...this.#parts];
  }

  /** RFC 4506 §4.1. */
  int(value: number): void {
    if ((value | 0) !== value) throw new XdrLimitError(`${value} is not an int`);
    this.#word(value);
  }

  /** RFC 4506 §4.2. */
  unsignedInt(value: number): void {
    if (value >>> 0 !== value) throw new XdrLimitError(`${value} is not an unsigned int`);
    this.#word(value);
  }

  /** The counterpart of `XdrReader.intWithin`. */
  intWithin(min: number, max: number, value: number): void {
    if (value < min || value > max) {
      throw new XdrLimitError(`${value} is not within ${min} to ${max}`);
    }
    this.int(value);
  }

  /** RFC 4506 §4.5. */
  hyper(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) throw new XdrLimitError(`${value} is not a hyper`);
    const at = this.#room(8);
    this.#chunk.writeBigInt64BE(value, at);
  }

  /** RFC 4506 §4.5. */
  unsignedHyper(value: bigint): void {
    if (BigInt.asUintN(64, value) !== value) {
      throw new XdrLimitError(`${value} is not an unsigned hyper`);
    }
    const at = this.#room(8);
    this.#chunk.writeBigUInt64BE(value, at);
  }

  /** The same for a number that is exact: no object is made for it. */
  safeUnsignedHyper(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new XdrLimitError(`${value} is not an exact unsigned hyper`);
    }
    this.#word(Math.floor(value / 0x1_0000_0000));
    this.#word(value >>> 0);
  }

  /** RFC 4506 §4.4. */
  bool(value: boolean): void {
    this.unsignedInt(value ? 1 : 0);
  }

  /** RFC 4506 §4.6. The value is rounded to single precision. */
  float(value: number): void {
    const at = this.#room(4);
    this.#chunk.writeFloatBE(value, at);
  }

  /** RFC 4506 §4.7. */
  double(value: number): void {
    const at = this.#room(8);
    this.#chunk.writeDoubleBE(value, at);
  }

  /** RFC 4506 §4.9: exactly `length` bytes. */
  opaqueFixed(bytes: Buffer, length: number): void {
    if (bytes.length !== length) {
      throw new XdrLimitError(`${bytes.length} bytes of opaque data where the type has ${length}`);
    }
    this.#data(bytes);
  }

  /** RFC 4506 §4.10. */
  opaqueVariable(bytes: Buffer, maxLength: number = lengthMax): void {
    this.#length(bytes.length, maxLength, 'bytes of opaque data');
    this.#data(bytes);
  }

  /** RFC 4506 §4.11. `maxLength` counts bytes. A lone surrogate has no UTF-8 form and is refused. */
  stringUtf8(value: string, maxLength: number = lengthMax): void {
    const length = isShortAscii(value) ? value.length : Buffer.byteLength(value, 'utf8');
    if (length !== value.length && /\p{Surrogate}/u.test(value)) {
      throw new XdrLimitError('a string with a lone surrogate is not text');
    }
    this.#length(length, maxLength, 'bytes of string');
    this.#text(value, length, 'utf8');
  }

  /** RFC 4506 §4.11 as a byte string: each character, U+0000 to U+00FF, is one byte. */
  stringBytes(value: string, maxLength: number = lengthMax): void {
    if (value.length > shortTextMax && /[\u0100-\uffff]/.test(value)) throw notBytes();
    this.#length(value.length, maxLength, 'bytes of string');
    this.#text(value, value.length, 'latin1');
  }

  /** Number of elements of a variable-length array (RFC 4506 §4.13), checked against its declared limit. */
  arrayLength(length: number, maxElements: number = lengthMax): void {
    this.#length(length, maxElements, 'elements');
  }

  /** The counterpart of `XdrReader.fixedLength`: an array whose length the type gives (RFC 4506 §4.12). */
  fixedLength(length: number, expected: number): void {
    if (length === expected) return;
    throw new XdrLimitError(`${length} elements where the type has ${expected}`);
  }

  /** The counterpart of `XdrReader.enter`: what is too deep for a reader is not written. */
  enter(): void {
    if (this.#depth === nestingDepthMax) {
      throw new XdrLimitError(`nested more than ${nestingDepthMax} deep`);
    }
    this.#depth += 1;
  }

  leave(): void {
    this.#depth -= 1;
  }

  /** Appends bytes that are XDR already, without a length and without padding. */
  raw(bytes: Buffer): void {
    if (bytes.length >= referencedOpaqueBytesMin) {
      this.#refer(bytes);
      return;
    }
    // Room first: it may begin another chunk.
    const at = this.#room(bytes.length);
    bytes.copy(this.#chunk, at);
  }

  /** Writes a word of zero that `patch` fills in later. */
  reserve(): ReservedWord {
    const offset = this.#room(4);
    this.#chunk.writeUInt32BE(0, offset);
    return { chunk: this.#chunk, offset };
  }

  /** Gives a reserved word its value; also after `finish`, as long as the list was not written. */
  patch(word: ReservedWord, value: number): void {
    if (value >>> 0 !== value) throw new XdrLimitError(`${value} is not an unsigned int`);
    word.chunk.writeUInt32BE(value, word.offset);
  }

  #length(length: number, max: number, what: string): void {
    if (length > max) throw new XdrLimitError(`${length} ${what} are over the limit of ${max}`);
    this.unsignedInt(length);
  }

  #data(bytes: Buffer): void {
    this.raw(bytes);
    this.#pad(bytes.length);
  }

  #text(value: string, length: number, encoding: 'utf8' | 'latin1'): void {
    if (length >= referencedOpaqueBytesMin) {
      this.#refer(Buffer.from(value, encoding));
    } else {
      const at = this.#room(length);
      const isOneByteEach = length === value.length;
      if (isOneByteEach && length <= shortTextMax) this.#characters(value, at);
      else this.#chunk.write(value, at, length, encoding);
    }
    this.#pad(length);
  }

  /** Zero bytes up to a multiple of four (RFC 4506 §3). */
  #pad(length: number): void {
    const count = -length & 3;
    const at = this.#room(count);
    const chunk = this.#chunk;
    for (let index = 0; index < count; index += 1) chunk[at + index] = 0;
  }

  /** Byte by byte: a fraction of what a call into Node's own code costs. */
  #word(value: number): void {
    const at = this.#room(4);
    const chunk = this.#chunk;
    chunk[at] = value >>> 24;
    chunk[at + 1] = value >>> 16;
    chunk[at + 2] = value >>> 8;
    chunk[at + 3] = value;
  }

  #characters(value: string, at: number): void {
    const chunk = this.#chunk;
    let all = 0;
    for (let index = 0; index < value.length; index += 1) {
      const code = value.charCodeAt(index);
      chunk[at + index] = code;
      all |= code;
    }
    if (all > 0xff) throw notBytes();
  }

  /** Offset in the current chunk of `count` bytes that the caller now writes. */
  #room(count: number): number {
    if (this.#chunk.length - this.#offset < count) this.#grow(count);
    const at = this.#offset;
    this.#offset = at + count;
    return at;
  }

  #grow(count: number): void {
    this.#cut();
    const next = Math.min(this.#chunk.length * 2, chunkBytesMax);
    this.#chunk = Buffer.allocUnsafe(Math.max(next, count));
    this.#start = 0;
    this.#offset = 0;
  }

  #refer(bytes: Buffer): void {
    this.#cut();
    this.#parts.push(bytes);
    this.#partsBytes += bytes.length;
  }

  /** Ends the part that is being filled, if it has anything in it. */
  #cut(): void {
    if (this.#offset === this.#start) return;
    this.#parts.push(this.#chunk.subarray(this.#start, this.#offset));
    this.#partsBytes += this.#offset - this.#start;
    this.#start = this.#offset;
  }
}

function notBytes(): XdrLimitError {
  return new XdrLimitError('a byte string holds a character over U+00FF');
}

function isShortAscii(value: string): boolean {
  if (value.length > shortTextMax) return false;
  for (let index = 0; index < value.length; index += 1) {
    if (value.charCodeAt(index) > 0x7f) return false;
  }
  return true;
}
