import { strict as assert } from 'node:assert';
import type { Transaction } from '../../../stable-area/records/record-store.ts';
import { fileBytesMax, spanBytes } from '../limits.ts';
import { endOf, extentMaps, type Extent } from '../records/content-records.ts';
import type { Content, FileInode } from '../records/inode.ts';
import { numberKey } from '../records/keys.ts';
import type { VolumeDraft } from '../volume-draft.ts';
import { freeOrQueue } from './free.ts';
import { liveBytes } from './extents.ts';
import { addMap, cutTree, findMap } from './index-tree.ts';
import {
  blobsWanted,
  emptyMap,
  extentData,
  extentsWithin,
  getSpan,
  type Span,
  truncateSpan,
  writeSpan,
} from './span.ts';

/** What becomes of a file's content: to be put into its inode. */
export interface ContentChange {
  readonly content: Content;
  readonly usedBytes: number;
  readonly contentGeneration: number;
}

/** A part of a transfer that lies within one span. */
interface Piece {
  readonly span: number;
  /** Offsets in the span. */
  readonly from: number;
  readonly to: number;
  /** Offset in the transfer. */
  readonly at: number;
}

/**
 * `length` bytes from `offset`, which must lie within the file, for a reply. A view of what is stored where that is in one
 * piece.
 */
export function readContent(
  transaction: Transaction,
  content: Content,
  offset: number,
  length: number,
): Buffer {
  const found = extentsOf(transaction, content, piecesOf(offset, length));
  const [only] = found;
  if (only?.extent.length === length) return extentData(transaction, only.id, only.extent);
  const parts = found.map(({ id, extent, at }) => ({
    at,
    data: extentData(transaction, id, extent),
  }));
  const whole = inOnePiece(parts, length);
  if (whole !== undefined) return whole;
  const data = Buffer.alloc(length);
  for (const { at, data: part } of parts) data.set(part, at);
  return data;
}

/** Values that were written together are read together: then the parts lie one after the other in memory too. */
function inOnePiece(
  parts: readonly { readonly at: number; readonly data: Buffer }[],
  length: number,
): Buffer | undefined {
  const first = parts[0]?.data;
  if (first === undefined) return undefined;
  let end = 0;
  for (const { at, data } of parts) {
    const follows = data.buffer === first.buffer && data.byteOffset === first.byteOffset + end;
    if (at !== end || !follows) return undefined;
    end += data.length;
  }
  return end === length ? Buffer.from(first.buffer, first.byteOffset, length) : undefined;
}

/** How many bytes of holes a WRITE there fills. */
export function growthOf(
  transaction: Transaction,
  content: Content,
  offset: number,
  length: number,
): number {
  const found = mapsOf(transaction, content, piecesOf(offset, length));
  return found.reduce((left, { extents }) => left - liveBytes(extents), length);
}

/**
 * Writes `data` at `offset`: large blobs are views of it until they are durable. Does not ask whether there is room: it takes what
 * `growthOf` says, and now and then a little more, where a span with too many small holes has them filled.
 */
export function writeContent(
  volume: VolumeDraft,
  inode: FileInode,
  offset: number,
  data: Uint8Array,
): ContentChange {
  assert(offset + data.length <= fileBytesMax);
  const { transaction } = volume;
  const takeId = (): number => volume.takeContentId();
  const pieces = piecesOf(offset, data.length);
  prefetchMaps(transaction, inode.content, pieces);
  let { content } = inode;
  let grown = 0;
  for (const { span, from, to, at } of pieces) {
    const id = findMap(transaction, content, span);
    const present: Span = id === 0 ? { id: takeId(), map: emptyMap } : getSpan(transaction, id);
    if (id === 0) content = addMap(transaction, takeId, content, span, present.id);
    grown += writeSpan(transaction, present, from, data.subarray(at, at + to - from));
  }
  volume.addUsedBytes(grown);
  const { contentGeneration } = inode;
  return { content, usedBytes: inode.usedBytes + grown, contentGeneration };
}

/**
 * Cuts the content off at `size`: what was beyond reads as zeros if the file grows again. The span that the cut goes
 * through is trimmed here, the rest is freed here where it is little and queued where it is not.
 */
export function truncateContent(
  volume: VolumeDraft,
  inode: FileInode,
  size: number,
): ContentChange {
  if (size === 0) return dropContent(volume, inode);
  const { transaction } = volume;
  const kept = Math.ceil(size / spanBytes);
  const { content, cut } = cutTree(transaction, inode.content, kept);
  const { contentGeneration } = inode;
  const trimmed = trimLastSpan(volume, content, size);
  const freed = freeOrQueue(volume, [...cut, ...trimmed.cut], {
    ino: inode.ino,
    generation: contentGeneration,
  });
  volume.addUsedBytes(-freed - trimmed.bytes);
  return {
    content: trimmed.content,
    usedBytes: inode.usedBytes - freed - trimmed.bytes,
    contentGeneration,
  };
}

/** Drops all content: of a file that is truncated to nothing, or whose last name goes. */
export function dropContent(volume: VolumeDraft, inode: FileInode): ContentChange {
  const { cut } = cutTree(volume.transaction, inode.content, 0);
  freeOrQueue(volume, cut, undefined);
  // All at once, what waits to be freed from an earlier truncation included: see `forgetUsed`.
  volume.addUsedBytes(-inode.usedBytes);
  return {
    content: { root: 0, depth: 0 },
    usedBytes: 0,
    contentGeneration: (inode.contentGeneration + 1) >>> 0,
  };
}

/** Trims the span that `size` lies in; cuts it off where nothing of it is left. */
function trimLastSpan(
  volume: VolumeDraft,
  content: Content,
  size: number,
): ReturnType<typeof cutTree> & { readonly bytes: number } {
  const { transaction } = volume;
  const span = Math.floor(size / spanBytes);
  const end = size % spanBytes;
  const id = end === 0 ? 0 : findMap(transaction, content, span);
  if (id === 0) return { content, cut: [], bytes: 0 };
  const last = getSpan(transaction, id);
  const { extents } = last.map;
  if (extents.every((extent) => endOf(extent) <= end)) return { content, cut: [], bytes: 0 };
  if (extents.every((extent) => extent.start >= end)) {
    return { ...cutTree(transaction, content, span), bytes: 0 };
  }
  return { content, cut: [], bytes: truncateSpan(transaction, last, end) };
}

function piecesOf(offset: number, length: number): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < length; ) {
    const span = Math.floor((offset + at) / spanBytes);
    const from = offset + at - span * spanBytes;
    const to = Math.min(spanBytes, from + length - at);
    pieces.push({ span, from, to, at });
    at += to - from;
  }
  return pieces;
}

/** The ids of the pieces' maps, 0 for holes; all of the maps are loaded together. */
function prefetchMaps(
  transaction: Transaction,
  content: Content,
  pieces: readonly Piece[],
): number[] {
  const ids = pieces.map(({ span }) => findMap(transaction, content, span));
  // One alone is as well loaded when it is got.
  if (ids.length === 1) return ids;
  transaction.prefetch(
    ids.filter((id) => id !== 0).map((id) => ({ table: extentMaps, key: numberKey(id) })),
  );
  return ids;
}

/** The extents below a transfer, cut to it, with the map that each is in and its offset in the transfer. */
function extentsOf(
  transaction: Transaction,
  content: Content,
  pieces: readonly Piece[],
): { readonly id: number; readonly extent: Extent; readonly at: number }[] {
  const found = mapsOf(transaction, content, pieces);
  transaction.prefetchLent(found.flatMap(({ id, extents }) => blobsWanted(id, extents)));
  return found.flatMap(({ id, extents, at }) =>
    extents.map((extent) => ({ id, extent, at: at + extent.start })),
  );
}

function mapsOf(
  transaction: Transaction,
  content: Content,
  pieces: readonly Piece[],
): { readonly id: number; readonly extents: readonly Extent[]; readonly at: number }[] {
  const ids = prefetchMaps(transaction, content, pieces);
  return pieces.map(({ from, to, at }, index) => {
    const id = ids[index] ?? 0;
    const extents = id === 0 ? [] : extentsWithin(getSpan(transaction, id).map, from, to);
    return { id, extents, at: at - from };
  });
}
