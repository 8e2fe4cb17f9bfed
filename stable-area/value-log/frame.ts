import { strict as assert } from 'node:assert';
import { crc32 } from '../checksum.ts';
import { keyBytes } from '../keys.ts';
import type { Key } from '../stable-area.ts';

/*
 * A segment is a sequence of frames, one for each commit that holds values:
 *
 *   length of the header (4)   CRC-32 of what follows of it (4)
 *   for each value: length of the key (2)  key  length of the value (4)  CRC-32 of the value (4)
 *   the values, one right after the other
 *
 * So the values of one commit are read in one piece, and a look at the headers alone tells what a segment holds. A segment
 * may end in a part of a frame: of what was never synced nothing names anything.
 */

/** A value as it goes into a segment. */
export interface Entry {
  readonly key: Key;
  readonly value: Uint8Array;
  readonly crc32: number;
}

/** What a header says of a value. */
interface FrameEntry {
  readonly key: Key;
  /** From the beginning of the frame. */
  readonly offset: number;
  readonly length: number;
  readonly crc32: number;
}

export const frameFixedBytes = 4 + 4;
const entryFixedBytes = 2 + 4 + 4;

export function encodeFrameHeader(entries: readonly Entry[]): Buffer {
  assert(entries.length > 0);
  const keys = entries.map(({ key }) => keyBytes(key));
  const length = keys.reduce((sum, key) => sum + entryFixedBytes + key.length, frameFixedBytes);
  const header = Buffer.allocUnsafe(length);
  let at = header.writeUInt32BE(length, 0) + 4;
  entries.forEach(({ value, crc32: sum }, index) => {
    const key = keys[index] ?? Buffer.alloc(0);
    at = header.writeUInt16BE(key.length, at);
    at += key.copy(header, at);
    at = header.writeUInt32BE(value.length, at);
    at = header.writeUInt32BE(sum, at);
  });
  header.writeUInt32BE(crc32(header.subarray(frameFixedBytes)), 4);
  return header;
}

/** How long the header is that begins with these bytes; undefined where no frame begins there. */
export function frameHeaderBytes(start: Buffer): number | undefined {
  if (start.length < frameFixedBytes) return undefined;
  const length = start.readUInt32BE(0);
  return length > frameFixedBytes ? length : undefined;
}

/** The entries of a whole header, or undefined where it is not what was written. */
export function decodeFrameHeader(header: Buffer): FrameEntry[] | undefined {
  if (crc32(header.subarray(frameFixedBytes)) !== header.readUInt32BE(4)) return undefined;
  const entries: FrameEntry[] = [];
  let offset = header.length;
  for (let at = frameFixedBytes; at < header.length; ) {
    const keyLength = header.readUInt16BE(at);
    const key = header.toString('latin1', at + 2, at + 2 + keyLength);
    at += 2 + keyLength;
    const length = header.readUInt32BE(at);
    entries.push({ key, offset, length, crc32: header.readUInt32BE(at + 4) });
    offset += length;
    at += 8;
  }
  return entries;
}
