import { crc32c, maskCrc } from '../leveldb/crc32c.ts';
import { blockBytes } from '../leveldb/log-format.ts';

const headerBytes = 7;

/** Writes records as LevelDB's log::Writer does. */
export function writeLevelLog(records: readonly Uint8Array[]): Buffer {
  const pieces: Buffer[] = [];
  let offset = 0;
  const add = (piece: Buffer): void => {
    pieces.push(piece);
    offset = (offset + piece.length) % blockBytes;
  };
  for (const record of records) {
    let at = 0;
    let isFirst = true;
    do {
      if (blockBytes - offset < headerBytes) add(Buffer.alloc(blockBytes - offset));
      const length = Math.min(record.length - at, blockBytes - offset - headerBytes);
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
  }
  return Buffer.concat(pieces);
}

/** The head of a write batch, and as many bytes behind it. */
export function levelBatch(sequence: number, count: number, bodyBytes = 20): Buffer {
  const batch = Buffer.alloc(12 + bodyBytes, sequence % 251);
  batch.writeBigUInt64LE(BigInt(sequence), 0);
  batch.writeUInt32LE(count, 8);
  return batch;
}
