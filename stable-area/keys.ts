import { strict as assert } from 'node:assert';
import { keyBytesMax, ringSlots } from './limits.ts';
import type { Key } from './stable-area.ts';

/*
 * Who owns which keys. The first byte of a key names its owner; each owner builds and parses what follows in one
 * module of its own.
 *
 *   00        stable-area itself: written and read only here, refused from the layers above
 *   00 'a'    the area: format and identity, written once, with batch 1
 *   00 'r' s  slot s of the ring of batch numbers (one byte), written with every batch
 *   01        pa
 *   02        the service (the file server, an example)
 */

export const systemPrefix: Key = '\x00';
export const paPrefix: Key = '\x01';
export const servicePrefix: Key = '\x02';

export const areaKey: Key = `${systemPrefix}a`;

export function ringKey(slot: number): Key {
  assert(Number.isInteger(slot) && slot >= 0 && slot < ringSlots);
  return `${systemPrefix}r${String.fromCharCode(slot)}`;
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
