/** Writes an exact number from 0 on as 64 bits, big-endian, without an object for it as a BigInt is. */
export function writeUnsigned64(target: Buffer, value: number, at: number): void {
  target.writeUInt32BE(Math.floor(value / 0x1_0000_0000), at);
  target.writeUInt32BE(value >>> 0, at + 4);
}
