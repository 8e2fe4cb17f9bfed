/** Files are written and checked in blocks of this size. */
export const blockBytes = 1024;

/** One WRITE or READ carries at most this many blocks: 8,192 bytes, the limit of NFS version 2. */
export const transferBlocksMax = 8;

/** Files grow to two transfers, so that a file is never just one write. */
export const fileBlocksMax = 2 * transferBlocksMax;

/** Longer lines are refused before they are parsed. */
export const lineCharactersMax = 1_000_000;
