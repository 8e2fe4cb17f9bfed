import { strict as assert } from 'node:assert';

/** CRC-32C (Castagnoli, RFC 3720 appendix B.4), in reflected form: the checksum of LevelDB's logs. */
const table = makeTable(0x82f63b78);

/** LevelDB never stores a CRC as it is: a CRC of bytes that hold CRCs would be weak (util/crc32c.h). */
const maskDelta = 0xa282ead8;

export function crc32c(bytes: Uint8Array, start: number, end: number): number {
  let crc = -1;
  for (let at = start; at < end; at += 1) {
    crc = (crc >>> 8) ^ (table[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  }
  return ~crc >>> 0;
}

export function maskCrc(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + maskDelta) >>> 0;
}

/** The remainders of the 256 bytes by a reflected polynomial. */
function makeTable(reflectedPolynomial: number): Uint32Array {
  assert(reflectedPolynomial > 0);
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit += 1) {
      remainder = (remainder >>> 1) ^ (remainder & 1 ? reflectedPolynomial : 0);
    }
    return remainder;
  });
}
