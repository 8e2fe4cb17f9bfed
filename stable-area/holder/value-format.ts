import { strict as assert } from 'node:assert';
import { crc32, crc32OfKey } from '../checksum.ts';
import { keyBytes } from '../keys.ts';
import { valueBytesMax } from '../limits.ts';
import { type Key, StableAreaError } from '../stable-area.ts';

/*
 * A stored value: format (1 byte), CRC-32 of key and value (4 bytes, little-endian), the value. The key is part of the
 * checksum, so that a value found under another key is as wrong as a changed one. In the format `located` the value is
 * where the real one lies in the value log.
 */

const inline = 1;
const located = 2;
const formatOffset = 0;
const checksumOffset = 1;
const headerBytes = 5;

/** What is stored for a value. */
export function seal(key: Key, value: Uint8Array): Buffer {
  return sealAs(inline, key, value);
}

/** What is stored for a value that lies in the value log. */
export function sealLocation(key: Key, location: Uint8Array): Buffer {
  return sealAs(located, key, location);
}

function sealAs(format: number, key: Key, value: Uint8Array): Buffer {
  assert(value.length <= valueBytesMax, `a value of ${value.length} bytes`);
  const stored = Buffer.allocUnsafe(headerBytes + value.length);
  stored[formatOffset] = format;
  stored.writeUInt32LE(checksum(key, value), checksumOffset);
  stored.set(value, headerBytes);
  return stored;
}

/**
 * The value of what is stored, as a view. Throws a StableAreaError: STABLE_AREA_CORRUPT where the checksum does not
 * fit, STABLE_AREA_FORMAT where a newer program wrote it.
 */
export function unseal(key: Key, stored: Uint8Array): Uint8Array {
  return unsealAs(inline, key, stored);
}

/** Whether what is stored says where the value lies, instead of the value. */
export function isLocation(stored: Uint8Array): boolean {
  return stored[formatOffset] === located;
}

/** Likewise for where a value lies. */
export function unsealLocation(key: Key, stored: Uint8Array): Uint8Array {
  return unsealAs(located, key, stored);
}

function unsealAs(format: number, key: Key, stored: Uint8Array): Uint8Array {
  if (stored.length < headerBytes) throw corrupt(key, `it has ${stored.length} bytes`);
  const found = stored[formatOffset];
  if (found !== format) {
    throw new StableAreaError(
      'STABLE_AREA_FORMAT',
      `record ${printable(key)} has the unknown format ${found ?? 0}: use the newer program`,
    );
  }
  const value = stored.subarray(headerBytes);
  const expected = new DataView(stored.buffer, stored.byteOffset).getUint32(checksumOffset, true);
  if (checksum(key, value) !== expected) throw corrupt(key, 'its checksum does not fit');
  return value;
}

function checksum(key: Key, value: Uint8Array): number {
  return crc32(value, crc32OfKey(key));
}

function corrupt(key: Key, what: string): StableAreaError {
  return new StableAreaError('STABLE_AREA_CORRUPT', `record ${printable(key)} is damaged: ${what}`);
}

function printable(key: Key): string {
  return keyBytes(key).toString('hex');
}
