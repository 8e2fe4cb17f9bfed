import { strict as assert } from 'node:assert';
import { valueBytesMax } from '../limits.ts';
import { StableAreaError } from '../stable-area.ts';

/** A segment of the value log. Only the holder of that epoch ever appends to it. */
export interface SegmentId {
  readonly epoch: number;
  /** From 1 on in each epoch. */
  readonly number: number;
}

/** Where a value lies. What the record of a value below `valuesPrefix` holds, in place of the value. */
export interface Location extends SegmentId {
  /** Offset of the value's first byte in the segment. */
  readonly position: number;
  readonly length: number;
  /** CRC-32 of the value. */
  readonly crc32: number;
}

export const locationBytes = 6 + 4 + 6 + 4 + 4;

const segmentPattern = /^([1-9]\d{0,14})-([1-9]\d{0,9})$/;

export function segmentName({ epoch, number }: SegmentId): string {
  return `${epoch}-${number}`;
}

/** Undefined for a name that is not a segment's. */
export function parseSegmentName(name: string): SegmentId | undefined {
  const [, epoch, number] = segmentPattern.exec(name) ?? [];
  return epoch === undefined ? undefined : { epoch: Number(epoch), number: Number(number) };
}

/** epoch (6)  number (4)  position (6)  length (4)  CRC-32 (4), big-endian. */
export function encodeLocation(location: Location): Buffer {
  const { epoch, number, position, length, crc32 } = location;
  assert(epoch > 0 && number > 0 && length <= valueBytesMax);
  const bytes = Buffer.allocUnsafe(locationBytes);
  let at = bytes.writeUIntBE(epoch, 0, 6);
  at = bytes.writeUInt32BE(number, at);
  at = bytes.writeUIntBE(position, at, 6);
  at = bytes.writeUInt32BE(length, at);
  bytes.writeUInt32BE(crc32, at);
  return bytes;
}

/** Throws STABLE_AREA_CORRUPT for what {@link encodeLocation} did not write. */
export function decodeLocation(stored: Uint8Array): Location {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.length);
  if (bytes.length !== locationBytes) {
    throw new StableAreaError('STABLE_AREA_CORRUPT', `a location has ${bytes.length} bytes`);
  }
  return {
    epoch: bytes.readUIntBE(0, 6),
    number: bytes.readUInt32BE(6),
    position: bytes.readUIntBE(10, 6),
    length: bytes.readUInt32BE(16),
    crc32: bytes.readUInt32BE(20),
  };
}

export function isSameLocation(a: Location, b: Location): boolean {
  return a.epoch === b.epoch && a.number === b.number && a.position === b.position;
}
