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
  /** Of the value, from the beginning of the piece that was decoded. */
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

/** Whole frames at the beginning of a piece of a segment. */
export interface Frames {
  readonly entries: readonly FrameEntry[];
  /** Where they end. */
  readonly end: number;
  /** What the frame behind them takes at least, as far as the piece tells; undefined where none begins there. */
  readonly nextBytesMin: number | undefined;
}

export function decodeFrames(piece: Buffer): Frames {
  const entries: FrameEntry[] = [];
  for (let end = 0; ; ) {
    const frame = decodeFrame(piece, end);
    if (frame === undefined) return { entries, end, nextBytesMin: undefined };
    if (frame.bytes > piece.length - end) return { entries, end, nextBytesMin: frame.bytes };
    entries.push(...frame.entries);
    end += frame.bytes;
  }
}

/** Undefined where none begins there that was written. Of one that the piece cuts off, how long it is at least. */
function decodeFrame(
  piece: Buffer,
  start: number,
): { readonly entries: readonly FrameEntry[]; readonly bytes: number } | undefined {
  const left = piece.length - start;
  if (left < frameFixedBytes) return undefined;
  const headerBytes = piece.readUInt32BE(start);
  if (headerBytes <= frameFixedBytes) return undefined;
  if (headerBytes > left) return { entries: [], bytes: headerBytes };
  const header = piece.subarray(start, start + headerBytes);
  if (crc32(header.subarray(frameFixedBytes)) !== header.readUInt32BE(4)) return undefined;
  const entries: FrameEntry[] = [];
  let bytes = headerBytes;
  for (let at = frameFixedBytes; at < headerBytes; ) {
    const keyLength = header.readUInt16BE(at);
    const key = header.toString('latin1', at + 2, at + 2 + keyLength);
    at += 2 + keyLength;
    const length = header.readUInt32BE(at);
    entries.push({ key, offset: start + bytes, length, crc32: header.readUInt32BE(at + 4) });
    bytes += length;
    at += 8;
  }
  return { entries, bytes };
}
