import { endOf, type Extent } from '../records/content-records.ts';

/** The part of an extent that lies within [from, to), or undefined. */
export function sliceExtent(extent: Extent, from: number, to: number): Extent | undefined {
  const start = Math.max(extent.start, from);
  const length = Math.min(endOf(extent), to) - start;
  if (length <= 0) return undefined;
  if (length === extent.length) return extent;
  return {
    kind: extent.kind,
    start,
    length,
    storedOffset: extent.storedOffset + start - extent.start,
    storedLength: extent.storedLength,
    crc32: extent.crc32,
    blob: extent.blob,
  };
}

/** The extents without what lies within [from, to). One that covers it and more becomes two. */
export function carve(extents: readonly Extent[], from: number, to: number): Extent[] {
  const kept: Extent[] = [];
  for (const extent of extents) {
    if (extent.start >= to || endOf(extent) <= from) {
      kept.push(extent);
      continue;
    }
    const before = sliceExtent(extent, 0, from);
    const after = sliceExtent(extent, to, Infinity);
    if (before !== undefined) kept.push(before);
    if (after !== undefined) kept.push(after);
  }
  return kept;
}

/** Puts an extent into its place among others that leave room for it. */
export function inserted(extents: readonly Extent[], extent: Extent): Extent[] {
  const at = extents.findIndex((other) => other.start > extent.start);
  return extents.toSpliced(at < 0 ? extents.length : at, 0, extent);
}

/** Bytes that are not holes. */
export function liveBytes(extents: readonly Extent[]): number {
  return extents.reduce((sum, extent) => sum + extent.length, 0);
}

/** Whether one of the extents is a part of this blob. */
function names(extents: readonly Extent[], blob: number): boolean {
  for (const extent of extents) if (extent.blob === blob) return true;
  return false;
}

/** The blobs of `extents` that `others` do not name, each by one of its extents. There are few: a map costs more than looking. */
export function blobsBeside(extents: readonly Extent[], others: readonly Extent[]): Extent[] {
  const found: Extent[] = [];
  for (const extent of extents) {
    if (!names(others, extent.blob) && !names(found, extent.blob)) found.push(extent);
  }
  return found;
}

/** Bytes that the blobs of these extents hold, whether they are still part of the file or not. */
export function blobBytes(extents: readonly Extent[]): number {
  let sum = 0;
  const parts: Extent[] = [];
  for (const extent of extents) {
    // What has all of a blob shares it with no other extent.
    if (extent.length === extent.storedLength) sum += extent.storedLength;
    else parts.push(extent);
  }
  for (const { storedLength } of blobsBeside(parts, [])) sum += storedLength;
  return sum;
}
