import { isUtf8 } from 'node:buffer';
import type { XdrFailure, XdrFailureKind } from './failure.ts';
import { emptyElementsMax, lengthMax, nestingDepthMax } from './limits.ts';

const empty = Buffer.alloc(0);

/** Bytes that a value of this length takes on the wire: a multiple of four (RFC 4506 §3). */
function padded(length: number): number {
  return length + (-length & 3);
}

/**
 * Takes XDR values (RFC 4506) from untrusted bytes. It never throws. The first failure sticks: from then on nothing
 * remains to be read, so that every read gives a zero value at once and every loop over lengths and list links ends.
 *
 * Opaque data are views of `bytes`; whoever keeps one longer than the buffer copies it.
 */
export class XdrReader {
  /** The first failure, for ever; everything read after it is meaningless. */
  failure: XdrFailure | undefined = undefined;
  /** Offset into `bytes` of the next datum. */
  position: number;
  readonly #bytes: Buffer;
  #end: number;
  #depth = 0;
  #emptyElements = 0;

  constructor(bytes: Buffer, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.position = start;
    this.#end = end;
  }

  get remaining(): number {
    return this.#end - this.position;
  }

  /** Records the failure unless there is one already, and leaves nothing to read. */
  fail(kind: XdrFailureKind, detail: string, position: number = this.position): void {
    this.failure ??= { kind, position, detail };
    this.#end = this.position;
  }

  /** RFC 4506 §4.1. */
  int(): number {
    const at = this.position;
    if (this.#end - at < 4) return this.#underflow(4);
    this.position = at + 4;
    return this.#word(at);
  }

  /** RFC 4506 §4.2. */
  unsignedInt(): number {
    const at = this.position;
    if (this.#end - at < 4) return this.#underflow(4);
    this.position = at + 4;
    return this.#word(at) >>> 0;
  }

  /** An int that must lie in a smaller range: C rpcgen's `char` and `short`, which take a whole word on the wire. */
  intWithin(min: number, max: number): number {
    const value = this.int();
    if (value >= min && value <= max) return value;
    this.fail('out-of-range', `${value} is not within ${min} to ${max}`, this.position - 4);
    return 0;
  }

  /** RFC 4506 §4.5. */
  hyper(): bigint {
    const at = this.position;
    if (this.#end - at < 8) return BigInt(this.#underflow(8));
    this.position = at + 8;
    return this.#bytes.readBigInt64BE(at);
  }

  /** RFC 4506 §4.5. */
  unsignedHyper(): bigint {
    const at = this.position;
    if (this.#end - at < 8) return BigInt(this.#underflow(8));
    this.position = at + 8;
    return this.#bytes.readBigUInt64BE(at);
  }

  /** RFC 4506 §4.4. */
  bool(): boolean {
    const value = this.unsignedInt();
    if (value > 1) this.fail('bad-bool', `bool is ${value}`, this.position - 4);
    return value === 1;
  }

  /** RFC 4506 §4.6. */
  float(): number {
    const at = this.position;
    if (this.#end - at < 4) return this.#underflow(4);
    this.position = at + 4;
    return this.#bytes.readFloatBE(at);
  }

  /** RFC 4506 §4.7. */
  double(): number {
    const at = this.position;
    if (this.#end - at < 8) return this.#underflow(8);
    this.position = at + 8;
    return this.#bytes.readDoubleBE(at);
  }

  /** RFC 4506 §4.9. A view. Padding that is not zero is accepted, as C peers do. */
  opaqueFixed(length: number): Buffer {
    const at = this.position;
    if (!this.#take(length)) return empty;
    return this.#bytes.subarray(at, at + length);
  }

  /** RFC 4506 §4.10. A view. */
  opaqueVariable(maxLength: number = lengthMax): Buffer {
    const length = this.#length(maxLength);
    const at = this.position;
    if (!this.#take(length)) return empty;
    return this.#bytes.subarray(at, at + length);
  }

  /** RFC 4506 §4.11 with text in it: anything that is not UTF-8 is a failure. `maxLength` counts bytes. */
  stringUtf8(maxLength: number = lengthMax): string {
    const length = this.#length(maxLength);
    const at = this.position;
    if (!this.#take(length)) return '';
    if (!isUtf8(this.#bytes.subarray(at, at + length))) {
      this.fail('bad-utf8', `string of ${length} bytes is not UTF-8`, at - 4);
      return '';
    }
    return this.#bytes.toString('utf8', at, at + length);
  }

  /** RFC 4506 §4.11 as a byte string: one character, U+0000 to U+00FF, for each byte. Nothing is lost or refused. */
  stringBytes(maxLength: number = lengthMax): string {
    const length = this.#length(maxLength);
    const at = this.position;
    if (!this.#take(length)) return '';
    return this.#bytes.toString('latin1', at, at + length);
  }

  /**
   * Number of elements of a variable-length array (RFC 4506 §4.13), checked against its declared limit and against
   * the bytes that remain, so that a caller may allocate for it. 0 after a failure.
   */
  arrayLength(maxElements: number, minElementBytes: number): number {
    return this.fixedLength(this.#length(maxElements), minElementBytes);
  }

  /** The same check where the number of elements is given by the type (RFC 4506 §4.12): `length`, or 0 on failure. */
  fixedLength(length: number, minElementBytes: number): number {
    if (length * minElementBytes > this.remaining) return this.#underflow(length * minElementBytes);
    if (minElementBytes > 0) return length;
    this.#emptyElements += length;
    if (this.#emptyElements <= emptyElementsMax) return length;
    this.fail('length-over-limit', `over ${emptyElementsMax} elements without content`);
    return 0;
  }

  /** Goes one level down in a recursive type; false, with a failure set, where that is too deep. */
  enter(): boolean {
    if (this.failure !== undefined) return false;
    if (this.#depth === nestingDepthMax) {
      this.fail('depth', `nested more than ${nestingDepthMax} deep`);
      return false;
    }
    this.#depth += 1;
    return true;
  }

  leave(): void {
    this.#depth -= 1;
  }

  /** Everything that is left, unread: a view. Nothing remains afterwards. */
  rest(): Buffer {
    const view = this.#bytes.subarray(this.position, this.#end);
    this.position = this.#end;
    return view;
  }

  /** Makes bytes that are left over a failure. */
  finish(): void {
    if (this.remaining > 0) this.fail('trailing-bytes', `${this.remaining} bytes after the value`);
  }

  /** Byte by byte: less than what Buffer's own methods cost, which check once more. */
  #word(at: number): number {
    const bytes = this.#bytes;
    return (
      ((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)
    );
  }

  /** A length word within its limit, or 0 with a failure. */
  #length(max: number): number {
    const length = this.unsignedInt();
    if (length <= max) return length;
    this.fail(
      'length-over-limit',
      `length ${length} is over the limit of ${max}`,
      this.position - 4,
    );
    return 0;
  }

  /** Moves over data and padding. */
  #take(length: number): boolean {
    const total = padded(length);
    if (this.#end - this.position < total) {
      this.#underflow(total);
      return false;
    }
    this.position += total;
    return true;
  }

  #underflow(needed: number): 0 {
    if (this.failure === undefined) {
      this.fail('underflow', `needs ${needed} bytes, ${this.remaining} are left`);
    }
    return 0;
  }
}
