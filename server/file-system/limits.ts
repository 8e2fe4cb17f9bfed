import { strict as assert } from 'node:assert';

/** Longest name of a directory entry (RFC 1094 §3.5 MAXNAMLEN). */
export const nameBytesMax = 255;
/** Longest target of a symbolic link: PATH_MAX of POSIX systems without its NUL. Version 2 shows only 1,024 bytes. */
export const symlinkTargetBytesMax = 4095;
/** Most names of one inode. */
export const linksMax = 2 ** 31 - 1;
/** Most directories between a directory and the root that RENAME climbs: far more than a path of 4,096 bytes can name. */
export const directoryDepthMax = 4096;

/** A file's content is cut into spans of this size; each has its own extent map. */
export const spanBytes = 128 * 1024;
/** Children of one index node. 16 bytes each at most, so a node is smaller than a page. */
export const indexFanout = 128;
/** Levels of index nodes above a file's extent maps. */
export const contentDepthMax = 4;
/** Largest file: what an index of the greatest depth can address, 32 TiB. */
export const fileBytesMax = spanBytes * indexFanout ** contentDepthMax;

/**
 * Data of at least this size lie in the value log. Random WRITEs of 4 KiB cost a third less processor time there than beside the
 * records, and a fifth of what is written to the disk: LevelDB writes each value several times (docs/performance.md).
 */
export const largeBlobBytesMin = 4 * 1024;
/** A map that would have more is rewritten with fewer. */
export const extentsPerMapMax = 64;
/** A WRITE joins its data with the extent before and after it while the result is a small blob. */
export const joinedExtentBytesMax = largeBlobBytesMin - 1;
/** A rewritten map keeps only holes of at least this size; smaller ones are filled with zeros. */
export const keptHoleBytesMin = 4096;
/**
 * Blobs of a span may hold this much that is no longer part of the file, and this part of what is: beyond, what is left of
 * those that lost most is copied. It bounds how much larger than its content a file can be on disk.
 */
export const deadBlobBytesMax = 16 * 1024;
export const deadShareMax = 1 / 4;

/** Most bytes of one READ or WRITE, whatever the protocol (1 MiB, the `rtmax` of version 3 over TCP). */
export const transferBytesMax = 1024 * 1024;
/** Spans that one transfer can touch. */
export const spansPerTransferMax = transferBytesMax / spanBytes + 1;

/** Content of at most this many maps is freed by the call that removes it; more is queued. */
export const mapsFreedAtOnceMax = 8;
/** A step of freeing queued content ends when it has changed this many records. */
export const freeingChangesGoal = 256;
/** Entries of one record of the free queue: what one truncation can cut off, and one level of nodes opened on each level. */
export const freeEntriesMax = 2 * indexFanout * contentDepthMax;

/** Records of one map, at most: itself, the blobs that it names, and one being replaced. */
const recordsPerMapMax = 1 + extentsPerMapMax + 3;
/**
 * Most records that one call changes. A WRITE over many spans may rewrite each of them: blobs away, blobs anew, the
 * map, and index nodes on the way to it.
 */
export const changesPerCallMax =
  spansPerTransferMax * (2 * recordsPerMapMax + 2 * contentDepthMax) + 16;

assert(spansPerTransferMax === 9);
assert(joinedExtentBytesMax < largeBlobBytesMin && largeBlobBytesMin <= spanBytes);
// A rewritten map has holes of keptHoleBytesMin between its extents, so it is far below the limit.
assert(spanBytes / keptHoleBytesMin <= extentsPerMapMax / 2);
assert(mapsFreedAtOnceMax * recordsPerMapMax < changesPerCallMax);
assert(fileBytesMax === 2 ** 45 && Number.isSafeInteger(fileBytesMax));
assert(
  (indexFanout - 1) * contentDepthMax + 1 + indexFanout * contentDepthMax <= freeEntriesMax + 1,
);
