import { endOf, type Extent } from '../records/content-records.ts';

/** The part of an extent that lies within [from, to), or undefined. */
export function sliceExtent(extent: Extent, from: number, to: number): Extent | undefined {
  const start = Math.max(extent.start, from);
  const length = Math.min(endOf(extent), to) - start;
  if (length <= 0) return undefined;
  if (length === extent.length) return extent;
  return { ...extent, start, length, storedOffset: extent.storedOffset + start - extent.start };
}

/** The extents without what lies within [from, to). One that covers it and more becomes two. */
export function carve(extents: readonly Extent[], from: number, to: number): Extent[] {
  const kept: Extent[] = [];
  for (const extent of extents) {
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

/** The blobs that the extents name, each by one of those. */
export function blobsOf(extents: readonly Extent[]): Map<number, Extent> {
  return new Map(extents.map((extent) => [extent.blob, extent]));
}

/** Bytes that the blobs of these extents hold, whether they are still part of the file or not. */
export function blobBytes(extents: readonly Extent[]): number {
  let sum = 0;
  for (const { storedLength } of blobsOf(extents).values()) sum += storedLength;
  return sum;
}
