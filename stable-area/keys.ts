import { strict as assert } from 'node:assert';
import { keyBytesMax, ringSlots } from './limits.ts';
import type { Key } from './stable-area.ts';
import type { SegmentId } from './value-log/location.ts';

/*
 * Who owns which keys. The first byte of a key names its owner; each owner builds and parses what follows in one
 * module of its own.
 *
 *   00        stable-area itself: written and read only here, refused from the layers above
 *   00 'a'    the area: format and identity, written once, with batch 1
 *   00 'r' s  slot s of the ring of batch numbers (one byte), written with every batch
 *   00 'g' epoch (6) number (4)   how many bytes of that segment of the value log are in use; absent: none
 *   01        pa
 *   02        the service (the file server, an example)
 *   03        the service's bulk data: the values lie in the value log
 */

export const systemPrefix: Key = '\x00';
export const paPrefix: Key = '\x01';
export const servicePrefix: Key = '\x02';
/**
 * Below it a record is put once and deleted, never put over: what it takes in the value log is counted when it is made and
 * when it goes.
 */
export const valuesPrefix: Key = '\x03';
const valuesByte = valuesPrefix.charCodeAt(0);

export const areaKey: Key = `${systemPrefix}a`;

export function ringKey(slot: number): Key {
  assert(Number.isInteger(slot) && slot >= 0 && slot < ringSlots);
  return `${systemPrefix}r${String.fromCharCode(slot)}`;
}

const segmentPrefix: Key = `${systemPrefix}g`;
/** No segment's key is this or beyond it. */
export const segmentKeysEnd: Key = `${systemPrefix}h`;

export function segmentKey({ epoch, number }: SegmentId): Key {
  const bytes = Buffer.allocUnsafe(10);
  bytes.writeUIntBE(epoch, 0, 6);
  bytes.writeUInt32BE(number, 6);
  return segmentPrefix + bytes.toString('latin1');
}

export function segmentOfKey(key: Key): SegmentId {
  const bytes = keyBytes(key.slice(segmentPrefix.length));
  return { epoch: bytes.readUIntBE(0, 6), number: bytes.readUInt32BE(6) };
}

/** Its value lies in the value log. */
export function isValueKey(key: Key): boolean {
  return key.charCodeAt(0) === valuesByte;
}

/** Asserts that a key from above is sound: not ours, not too long. That each character is a byte shows in {@link keyBytes}. */
export function assertForeignKey(key: Key): void {
  assert(key.length > 0 && key.length <= keyBytesMax, `a key of ${key.length} bytes`);
  assert(key.charCodeAt(0) !== 0, 'a key of the stable area itself');
}

/** The bytes of a key. */
export function keyBytes(key: Key): Buffer {
  return Buffer.from(key, 'latin1');
}
