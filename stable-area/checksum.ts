import { strict as assert } from 'node:assert';
import * as zlib from 'node:zlib';

/** CRC-32 of `bytes` (the polynomial of IEEE 802.3), going on from `start`. Unsigned. */
export const crc32: (bytes: Uint8Array, start?: number) => number =
  // Node 20.15 and later have it built in, about 20 times as fast.
  typeof zlib.crc32 === 'function' ? zlib.crc32 : crc32InJavaScript;

/** Reflected form of the polynomial 0x04C11DB7. */
const table = makeTable(0xedb88320);

/** What {@link crc32} is on a Node without zlib.crc32. */
export function crc32InJavaScript(bytes: Uint8Array, start = 0): number {
  let crc = ~start;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}

/** The remainders of the 256 bytes by a reflected polynomial. */
export function makeTable(reflectedPolynomial: number): Uint32Array {
  assert(reflectedPolynomial > 0);
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit += 1) {
      remainder = (remainder >>> 1) ^ (remainder & 1 ? reflectedPolynomial : 0);
    }
    return remainder;
  });
}
