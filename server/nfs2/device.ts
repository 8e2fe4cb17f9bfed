import type { Device } from '../file-system/records/inode.ts';

/*
 * A device number in one word, as Linux writes it (and everybody else for numbers below 256): the low 8 bits of the
 * minor number, 12 bits of the major, the high 12 bits of the minor. Any word is a device and comes back the same.
 */

export function deviceOf(word: number): Device {
  return { major: (word >>> 8) & 0xfff, minor: (word & 0xff) | ((word >>> 12) & 0xfff00) };
}

/** What does not fit is cut off: version 3 can make such a device, version 2 cannot show it. */
export function deviceWord({ major, minor }: Device): number {
  return ((minor & 0xff) | ((major & 0xfff) << 8) | ((minor & 0xfff00) << 12)) >>> 0;
}
