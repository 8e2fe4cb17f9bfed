import * as zlib from 'node:zlib';

/** CRC-32 of `bytes` (the polynomial of IEEE 802.3), going on from `start`. Unsigned. In native code since Node 20.15. */
export const crc32: (bytes: Uint8Array, start?: number) => number = zlib.crc32;
