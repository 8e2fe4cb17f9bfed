/** Of a lent buffer; smaller ones come cheaply from Node, larger ones are rare. */
const lentBytesMin = 16 * 1024;
const lentBytesMax = 2 * 1024 * 1024;
/** Kept for the next one. */
const idleBytesMax = 16 * 1024 * 1024;

/** By their sizes, which are powers of two. */
const idle = new Map<number, Buffer[]>();
let idleBytes = 0;
/** Those that are lent now, by what they are views of. */
const lent = new WeakMap<ArrayBufferLike, Buffer>();

/**
 * A buffer for one message, which comes back here when the message has left. Buffers of this size live too long for the
 * garbage collector's quick pass, and each costs more to make than to fill: of a READ's time that was more than half.
 */
export function lendBuffer(lengthBytes: number): Buffer {
  if (lengthBytes < lentBytesMin || lengthBytes > lentBytesMax) {
    return Buffer.allocUnsafeSlow(lengthBytes);
  }
  const sizeBytes = 2 ** Math.ceil(Math.log2(lengthBytes));
  const found = idle.get(sizeBytes)?.pop();
  if (found !== undefined) idleBytes -= sizeBytes;
  const buffer = found ?? Buffer.allocUnsafeSlow(sizeBytes);
  lent.set(buffer.buffer, buffer);
  return buffer.subarray(0, lengthBytes);
}

/** These have left the process. What is not lent, or came back already, is passed over; what never comes is garbage. */
export function takeBack(sent: readonly Uint8Array[]): void {
  for (const { buffer: memory } of sent) {
    const whole = lent.get(memory);
    if (whole === undefined) continue;
    lent.delete(memory);
    if (idleBytes + whole.length > idleBytesMax) continue;
    idleBytes += whole.length;
    const sameSize = idle.get(whole.length);
    if (sameSize === undefined) idle.set(whole.length, [whole]);
    else sameSize.push(whole);
  }
}
