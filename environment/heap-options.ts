/**
 * Of Node, for the garbage collector of a process that serves. Young objects, buffers above all, have room to die where they were
 * made. It looks through the whole heap when that has grown by half, and not before it has this size: left to itself it lets three
 * quarters be garbage.
 */
export const heapOptions = [
  '--min-semi-space-size=16',
  '--initial-old-space-size=144',
  '--heap-growing-percent=50',
];
