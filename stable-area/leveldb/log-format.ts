import { crc32c, maskCrc } from './crc32c.ts';

/*
 * LevelDB's log format (its doc/log_format.md), in which its logs and its MANIFEST are written: blocks of 32 KiB, in
 * each block fragments of a 7-byte header (masked CRC-32C of type and data, length, type) and data. A record is one
 * FULL fragment, or FIRST, MIDDLE ..., LAST. A rest of a block that is too short for a header is zeros.
 */

export const blockBytes = 32_768;
const headerBytes = 7;
const lengthOffset = 4;
const typeOffset = 6;

const zeroType = 0;
const fullType = 1;
const firstType = 2;
const middleType = 3;
const lastType = 4;

/** What a file in the log format says, in the order in which it stands there. */
export interface LogReading {
  /** The whole records. Views of the file's bytes where they are in one fragment. */
  readonly records: readonly Uint8Array[];
  /** Where the last of them begins; undefined where there is none. */
  readonly lastRecordOffset: number | undefined;
  /** Nothing was written behind the last whole record. */
  readonly endsWithRecord: boolean;
  /** The first place where something was written and is not readable; undefined in a sound file. */
  readonly damage: LogDamage | undefined;
}

export interface LogDamage {
  readonly offset: number;
  readonly reason: string;
  /**
   * Records begin behind the damage. Then it is not the last write, interrupted, but a part of the past, and LevelDB
   * would open the file without it and say nothing.
   */
  readonly isInside: boolean;
}

/**
 * Reads as LevelDB's log::Reader does: an end in the middle of a record is no damage (the writer died, or is still
 * writing), zeros skip to the next block, and so does a fragment that is wrong.
 */
export function readLog(bytes: Uint8Array): LogReading {
  const reader = new LogReader(bytes);
  for (let block = 0; block < bytes.length; block += blockBytes) {
    reader.readBlock(block, Math.min(block + blockBytes, bytes.length));
  }
  const { records, damage, recordOffset, end } = reader;
  return {
    records,
    lastRecordOffset: recordOffset,
    endsWithRecord: end === bytes.length,
    damage,
  };
}

class LogReader {
  readonly records: Uint8Array[] = [];
  damage: { offset: number; reason: string; isInside: boolean } | undefined;
  /** Of the last whole record. */
  recordOffset: number | undefined;
  end = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** The fragments of the record that is being read, or undefined between records. */
  #fragments: Uint8Array[] | undefined;
  #fragmentsOffset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  readBlock(start: number, end: number): void {
    let at = start;
    while (end - at >= headerBytes) {
      const length = this.#view.getUint16(at + lengthOffset, true);
      const type = this.#view.getUint8(at + typeOffset);
      const next = at + headerBytes + length;
      if (next > end) {
        // In the last block, unless that is full, the writer has not got further.
        if (end === this.#bytes.length && end - start < blockBytes) return;
        this.#damaged(at, `a length of ${length} bytes leads out of the block`);
        return;
      }
      if (type === zeroType && length === 0) {
        // Space that was made ready and never written. In the middle of a record it is damage.
        if (this.#fragments !== undefined) this.#damaged(at, 'zeros inside a record');
        return;
      }
      const expected = this.#view.getUint32(at, true);
      if (maskCrc(crc32c(this.#bytes, at + typeOffset, next)) !== expected) {
        this.#damaged(at, 'a checksum does not fit');
        return;
      }
      this.#fragment(at, type, this.#bytes.subarray(at + headerBytes, next));
      at = next;
    }
  }

  #fragment(offset: number, type: number, data: Uint8Array): void {
    switch (type) {
      case fullType:
        this.#begin(offset);
        this.#whole(data, offset, data);
        return;
      case firstType:
        this.#begin(offset);
        this.#fragments = [data];
        this.#fragmentsOffset = offset;
        return;
      case middleType:
      case lastType:
        if (this.#fragments === undefined) {
          this.#damaged(offset, 'a record without its first part');
          return;
        }
        this.#fragments.push(data);
        if (type === middleType) return;
        this.#whole(Buffer.concat(this.#fragments), this.#fragmentsOffset, data);
        this.#fragments = undefined;
        return;
      default:
        this.#damaged(offset, `the unknown type ${type}`);
    }
  }

  #whole(record: Uint8Array, offset: number, lastData: Uint8Array): void {
    this.records.push(record);
    this.recordOffset = offset;
    this.end = lastData.byteOffset + lastData.length - this.#bytes.byteOffset;
  }

  #begin(offset: number): void {
    if (this.#fragments !== undefined && this.#fragments.some(({ length }) => length > 0)) {
      this.#damaged(offset, 'a record without its last part');
    }
    this.#fragments = undefined;
    if (this.damage !== undefined) this.damage.isInside = true;
  }

  #damaged(offset: number, reason: string): void {
    this.#fragments = undefined;
    this.damage ??= { offset, reason, isInside: false };
  }
}
