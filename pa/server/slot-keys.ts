import { strict as assert } from 'node:assert';
import type { Key } from '../../stable-area/stable-area.ts';

// Replies lie in places that are overwritten: the owner's key, and the place's number in two bytes.

export const slotsMax = 65_536;
export const slotBytes = 2;

/** `owner`: a client's or a stock peer's key. */
export function slotKey(owner: Key, slot: number): Key {
  assert(slot >= 0 && slot < slotsMax);
  return owner + String.fromCharCode(slot >>> 8, slot & 255);
}
