/** Does nothing for so long: no timer, socket or signal handler runs meanwhile. */
export function blockSelf(blockMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0, blockMs);
}
