import * as zlib from 'node:zlib';

/** CRC-32 of `bytes` (the polynomial of IEEE 802.3), going on from `start`. Unsigned. In native code since Node 20.15. */
export const crc32: (bytes: Uint8Array, start?: number) => number = zlib.crc32;

/** What each byte does to the state: the polynomial, bits reversed. */
const table = Int32Array.from({ length: 256 }, (_, byte) => {
  let state = byte;
  for (let bit = 0; bit < 8; bit += 1) state = (state >>> 1) ^ ((state & 1) === 0 ? 0 : 0xedb88320);
  return state;
});

/** The same of a key, each character a byte. A key is short: it costs less than to make bytes of it for native code. */
export function crc32OfKey(key: string): number {
  let state = -1;
  for (let index = 0; index < key.length; index += 1) {
    state = (table[(state ^ key.charCodeAt(index)) & 0xff] ?? 0) ^ (state >>> 8);
  }
  return (state ^ -1) >>> 0;
}
