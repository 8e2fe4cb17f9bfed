import { crc32c, maskCrc } from '../leveldb/crc32c.ts';
import { blockBytes } from '../leveldb/log-format.ts';

const headerBytes = 7;

/** Writes records as LevelDB's log::Writer does. */
export class LevelLogWriter {
  /** Within the current block. */
  #offset = 0;

  /** What is to be appended for the next record. */
  next(record: Uint8Array): Buffer {
    const pieces: Buffer[] = [];
    const add = (piece: Buffer): void => {
      pieces.push(piece);
      this.#offset = (this.#offset + piece.length) % blockBytes;
    };
    let at = 0;
    let isFirst = true;
    do {
      if (blockBytes - this.#offset < headerBytes) add(Buffer.alloc(blockBytes - this.#offset));
      const length = Math.min(record.length - at, blockBytes - this.#offset - headerBytes);
      const isLast = at + length === record.length;
      const type = isFirst ? (isLast ? 1 : 2) : isLast ? 4 : 3;
      const fragment = Buffer.alloc(headerBytes + length);
      fragment.writeUInt16LE(length, 4);
      fragment.writeUInt8(type, 6);
      fragment.set(record.subarray(at, at + length), headerBytes);
      fragment.writeUInt32LE(maskCrc(crc32c(fragment, 6, fragment.length)), 0);
      add(fragment);
      at += length;
      isFirst = false;
    } while (at < record.length);
    return pieces.length === 1 ? (pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(pieces);
  }
}

/** A whole log of these records. */
export function writeLevelLog(records: readonly Uint8Array[]): Buffer {
  const writer = new LevelLogWriter();
  return Buffer.concat(records.map((record) => writer.next(record)));
}

/** The head of a write batch, and as many bytes behind it. */
export function levelBatch(sequence: number, count: number, bodyBytes = 20): Buffer {
  const batch = Buffer.alloc(12 + bodyBytes, sequence % 251);
  batch.writeBigUInt64LE(BigInt(sequence), 0);
  batch.writeUInt32LE(count, 8);
  return batch;
}
