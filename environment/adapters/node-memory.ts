import { totalmem } from 'node:os';

/** What the system keeps of files shares the memory with everything else. */
const cachedShare = 1 / 4;

/** Of this machine, or of this container: 0, or more than there is, where nothing limits it. */
const containerBytes = process.constrainedMemory();

export const cachedBytes =
  cachedShare * Math.min(totalmem(), containerBytes > 0 ? containerBytes : Number.MAX_SAFE_INTEGER);
