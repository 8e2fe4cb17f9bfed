import { strict as assert } from 'node:assert';
import { StableAreaError } from '../../../stable-area/stable-area.ts';

/** Largest number that a record holds: numbers are stored in 64 bits, and exact in memory. */
const numberMax = Number.MAX_SAFE_INTEGER;
const high = 2 ** 32;

/** Writes a record of known length: a format version, then fixed fields, big-endian. */
export class RecordWriter {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(version: number, lengthBytes: number) {
    this.#bytes = Buffer.allocUnsafe(1 + lengthBytes);
    this.uint8(version);
  }

  uint8(value: number): this {
    if ((value & 0xff) !== value) throw unstored(value);
    this.#bytes[this.#at] = value;
    this.#at += 1;
    return this;
  }

  uint16(value: number): this {
    if ((value & 0xffff) !== value) throw unstored(value);
    this.#bytes[this.#at] = value >>> 8;
    this.#bytes[this.#at + 1] = value;
    this.#at += 2;
    return this;
  }

  uint32(value: number): this {
    if (value >>> 0 !== value) throw unstored(value);
    this.#word(value);
    return this;
  }

  uint64(value: number): this {
    const low = value >>> 0;
    if (low === value) {
      this.#word(0);
    } else {
      if (!Number.isInteger(value) || value < 0 || value > numberMax) throw unstored(value);
      this.#word((value - low) / high);
    }
    this.#word(low);
    return this;
  }

  /** A signed number of 48 bits: seconds of a time. */
  int48(value: number): this {
    const low = value >>> 0;
    const above = (value - low) / high;
    if ((above << 16) >> 16 !== above) throw unstored(value);
    this.#bytes[this.#at] = above >> 8;
    this.#bytes[this.#at + 1] = above;
    this.#at += 2;
    this.#word(low);
    return this;
  }

  bytes(value: Uint8Array): this {
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
    return this;
  }

  byteString(value: string): this {
    this.#at += this.#bytes.write(value, this.#at, 'latin1');
    return this;
  }

  finish(): Buffer {
    assert(this.#at === this.#bytes.length, 'a record has the length that was said');
    return this.#bytes;
  }

  /** Byte by byte: a fraction of what a call into Node's own code costs. */
  #word(value: number): void {
    const bytes = this.#bytes;
    const at = this.#at;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
    this.#at = at + 4;
  }
}

function unstored(value: number): RangeError {
  return new RangeError(`${value} does not fit its field of a record`);
}

/** A product would be a number with a fraction to V8, which takes an object of its own in every record that keeps it. */
function joined(above: number, low: number): number {
  return above === 0 ? low : above * high + low;
}

/** Reads what a {@link RecordWriter} wrote. What does not fit is damage, or a bug of the writer. */
export class RecordReader {
  readonly #bytes: Buffer;
  #at = 1;

  /** @throws StableAreaError STABLE_AREA_FORMAT when the version is not the one that this code knows. */
  constructor(bytes: Uint8Array, version: number, what: string) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    if (this.#bytes[0] === version) return;
    throw new StableAreaError(
      'STABLE_AREA_FORMAT',
      `${what} has format ${this.#bytes[0]}, this program reads ${version}: use the newer program`,
    );
  }

  uint8(): number {
    const value = this.#bytes.readUInt8(this.#at);
    this.#at += 1;
    return value;
  }

  uint16(): number {
    const value = this.#bytes.readUInt16BE(this.#at);
    this.#at += 2;
    return value;
  }

  uint32(): number {
    const value = this.#bytes.readUInt32BE(this.#at);
    this.#at += 4;
    return value;
  }

  uint64(): number {
    const above = this.uint32();
    const value = joined(above, this.uint32());
    assert(value <= numberMax, 'a number in a record is exact');
    return value;
  }

  int48(): number {
    const above = this.#bytes.readInt16BE(this.#at);
    this.#at += 2;
    return joined(above, this.uint32());
  }

  /** A view. */
  bytes(length: number): Buffer {
    assert(this.#bytes.length - this.#at >= length, 'a record is too short');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** Everything that is left, as a view. */
  rest(): Buffer {
    return this.bytes(this.#bytes.length - this.#at);
  }

  /** Everything that is left, as a byte string. */
  restByteString(): string {
    return this.rest().toString('latin1');
  }

  finish(): void {
    assert(this.#at === this.#bytes.length, 'a record ends where it should');
  }
}
