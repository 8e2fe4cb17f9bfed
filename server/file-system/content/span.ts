import { strict as assert } from 'node:assert';
import type { Transaction, WantedRecord } from '../../../stable-area/records/record-store.ts';
import { type Key, StableAreaError } from '../../../stable-area/stable-area.ts';
import {
  deadBlobBytesMax,
  deadShareMax,
  extentsPerMapMax,
  joinedExtentBytesMax,
  keptHoleBytesMin,
  spanBytes,
} from '../limits.ts';
import {
  blobTable,
  endOf,
  type Extent,
  type ExtentMap,
  extentMaps,
  makeBlob,
} from '../records/content-records.ts';
import { blobKey, numberKey } from '../records/keys.ts';
import { blobBytes, blobsBeside, carve, inserted, liveBytes, sliceExtent } from './extents.ts';

/** The content of one span while it is changed. `id` is that of its extent map. */
export interface Span {
  readonly id: number;
  readonly map: ExtentMap;
}

export const emptyMap: ExtentMap = { nextBlob: 0, extents: [] };

export function getSpan(transaction: Transaction, id: number): Span {
  const map = transaction.get(extentMaps, numberKey(id));
  assert(map !== undefined, `extent map ${id} is there`);
  return { id, map };
}

/** The bytes of one extent: a view of what is stored. */
export function extentData(transaction: Transaction, id: number, extent: Extent): Buffer {
  const blob = transaction.get(blobTable(extent), blobKey(id, extent.blob));
  if (blob?.crc32 !== extent.crc32 || blob.data.length !== extent.storedLength) {
    throw new StableAreaError(
      'STABLE_AREA_CORRUPT',
      `blob ${extent.blob} of extent map ${id} is missing or not the one that the map names`,
    );
  }
  return blob.data.subarray(extent.storedOffset, extent.storedOffset + extent.length);
}

/** The blobs of these extents, to be loaded together. */
export function blobsWanted(id: number, extents: readonly Extent[]): WantedRecord[] {
  return blobsBeside(extents, []).map((extent) => ({
    table: blobTable(extent),
    key: blobKey(id, extent.blob),
  }));
}

/** Writes `data` at `start`, over what was there. Returns by how many bytes the span's content grew. */
export function writeSpan(
  transaction: Transaction,
  span: Span,
  start: number,
  data: Uint8Array,
): number {
  const end = start + data.length;
  assert(data.length > 0 && end <= spanBytes, 'data for one span');
  const around = carve(span.map.extents, start, end);
  const joined = joinNeighbours(transaction, span.id, around, { start, end, data });
  const blob = span.map.nextBlob;
  const added = addBlob(transaction, blobKey(span.id, blob), joined.start, joined.parts, blob);
  return storeSpan(transaction, span, {
    nextBlob: blob + 1,
    extents: inserted(joined.rest, added),
  });
}

/** Cuts the span off at `end`. Returns by how many bytes its content shrank; all of it must not go. */
export function truncateSpan(transaction: Transaction, span: Span, end: number): number {
  const extents = carve(span.map.extents, end, spanBytes);
  assert(extents.length > 0, 'a span without content has no map');
  return -storeSpan(transaction, span, { nextBlob: span.map.nextBlob, extents });
}

/** Removes a span's map and blobs. Returns how many bytes of content they were. */
export function deleteSpan(transaction: Transaction, { id, map }: Span): number {
  deleteBlobs(transaction, id, blobsBeside(map.extents, []));
  transaction.delete(extentMaps, numberKey(id));
  return liveBytes(map.extents);
}

function deleteBlobs(transaction: Transaction, id: number, named: readonly Extent[]): void {
  for (const extent of named) transaction.delete(blobTable(extent), blobKey(id, extent.blob));
}

function addBlob(
  transaction: Transaction,
  key: Key,
  start: number,
  parts: readonly Uint8Array[],
  number: number,
): Extent {
  const blob = makeBlob(parts);
  transaction.put(blobTable(blob), key, blob);
  const { length } = blob.data;
  return {
    kind: blob.kind,
    start,
    length,
    storedOffset: 0,
    storedLength: length,
    crc32: blob.crc32,
    blob: number,
  };
}

/** New data together with small extents right before and after it: what grows by a few bytes at a time stays few extents. */
function joinNeighbours(
  transaction: Transaction,
  id: number,
  extents: readonly Extent[],
  written: { readonly start: number; readonly end: number; readonly data: Uint8Array },
): { start: number; parts: Uint8Array[]; rest: readonly Extent[] } {
  const { start, end, data } = written;
  let room = joinedExtentBytesMax - data.length;
  if (room <= 0) return { start, parts: [data], rest: extents };
  const fits = (extent: Extent | undefined): extent is Extent =>
    extent !== undefined && extent.length <= room;
  const before = extents.find((extent) => endOf(extent) === start);
  const left = fits(before) ? [before] : [];
  room -= liveBytes(left);
  const after = extents.find((extent) => extent.start === end);
  const right = fits(after) ? [after] : [];
  const joined = [...left, ...right];
  transaction.prefetch(blobsWanted(id, joined));
  return {
    start: start - liveBytes(left),
    parts: [
      ...left.map((extent) => extentData(transaction, id, extent)),
      data,
      ...right.map((extent) => extentData(transaction, id, extent)),
    ],
    rest: extents.filter((extent) => !joined.includes(extent)),
  };
}

/** Writes the new map, and removes the blobs that no extent names any more. */
function storeSpan(transaction: Transaction, { id, map }: Span, wanted: ExtentMap): number {
  const next = tidied(transaction, id, wanted);
  const dropped = blobsBeside(map.extents, next.extents);
  deleteBlobs(transaction, id, dropped);
  // What a rewrite took the data of may be new itself.
  const passing = next === wanted ? [] : blobsBeside(wanted.extents, [...next.extents, ...dropped]);
  deleteBlobs(transaction, id, passing);
  transaction.put(extentMaps, numberKey(id), next);
  return liveBytes(next.extents) - liveBytes(map.extents);
}

function tidied(transaction: Transaction, id: number, map: ExtentMap): ExtentMap {
  const { extents } = map;
  if (extents.length > extentsPerMapMax) {
    const groups = grouped(extents);
    const rewritten = groups.filter((group) => !isWhole(group, extents));
    return withRewritten(transaction, id, map, groups, rewritten);
  }
  const live = liveBytes(extents);
  if (blobBytes(extents) - live <= live * deadShareMax + deadBlobBytesMax) return map;
  const worn = wornBlobs(extents);
  const groups = groupedWorn(extents, worn);
  const rewritten = groups.filter(([first]) => first !== undefined && worn.has(first.blob));
  return withRewritten(transaction, id, map, groups, rewritten);
}

/**
 * The same content, with a blob of its own for each of these groups. A span that is overwritten in small pieces comes to lie in
 * such pieces, of which each WRITE leaves nothing; to make one of it again and again would copy much more than is written.
 */
function withRewritten(
  transaction: Transaction,
  id: number,
  map: ExtentMap,
  groups: readonly (readonly Extent[])[],
  rewritten: readonly (readonly Extent[])[],
): ExtentMap {
  transaction.prefetch(blobsWanted(id, rewritten.flat()));
  let { nextBlob } = map;
  const extents = groups.flatMap((group) => {
    const [first] = group;
    if (first === undefined || !rewritten.includes(group)) return group;
    const key = blobKey(id, nextBlob);
    const parts = contentOf(transaction, id, group);
    const added = addBlob(transaction, key, first.start, parts, nextBlob);
    nextBlob += 1;
    return [added];
  });
  return { nextBlob, extents };
}

/** Blobs of which so much is dead that copying the rest is worth it. Where a span has too much that is dead, there is one. */
function wornBlobs(extents: readonly Extent[]): Set<number> {
  const liveOf = new Map<number, number>();
  for (const { blob, length } of extents) liveOf.set(blob, (liveOf.get(blob) ?? 0) + length);
  const isWorn = ({ blob, storedLength }: Extent): boolean =>
    storedLength > (liveOf.get(blob) ?? 0) * (1 + deadShareMax);
  return new Set(extents.filter(isWorn).map(({ blob }) => blob));
}

/** Parts of worn blobs that touch become one. */
function groupedWorn(extents: readonly Extent[], worn: ReadonlySet<number>): Extent[][] {
  const groups: Extent[][] = [];
  for (const extent of extents) {
    const last = groups.at(-1);
    const previous = last?.at(-1);
    const joins =
      previous !== undefined &&
      endOf(previous) === extent.start &&
      worn.has(previous.blob) &&
      worn.has(extent.blob);
    if (joins) last?.push(extent);
    else groups.push([extent]);
  }
  return groups;
}

/**
 * Of a span with too many extents: those with less than `keptHoleBytesMin` between them become one, with the hole filled; what
 * is whole already stays as it is. Between two such rewrites of a span lie at least dozens of WRITEs.
 */
function grouped(extents: readonly Extent[]): Extent[][] {
  const groups: Extent[][] = [];
  for (const extent of extents) {
    const last = groups.at(-1);
    const previous = last?.at(-1);
    const joins = previous !== undefined && extent.start - endOf(previous) < keptHoleBytesMin;
    if (joins) last?.push(extent);
    else groups.push([extent]);
  }
  return groups;
}

/** One extent that is all of what is stored for it. */
function isWhole(group: readonly Extent[], all: readonly Extent[]): boolean {
  const [only] = group;
  if (only === undefined || group.length > 1) return false;
  const sharing = all.filter((extent) => extent.blob === only.blob);
  return only.length === only.storedLength && sharing.length === 1;
}

/** The content of a group, with zeros for the holes in it. */
function contentOf(transaction: Transaction, id: number, group: readonly Extent[]): Buffer[] {
  const parts: Buffer[] = [];
  let end = group[0]?.start ?? 0;
  for (const extent of group) {
    if (extent.start > end) parts.push(Buffer.alloc(extent.start - end));
    parts.push(extentData(transaction, id, extent));
    end = endOf(extent);
  }
  return parts;
}

/** Extents of a span that have something within [from, to), cut to it. */
export function extentsWithin(map: ExtentMap, from: number, to: number): Extent[] {
  const found: Extent[] = [];
  for (const extent of map.extents) {
    const slice = sliceExtent(extent, from, to);
    if (slice !== undefined) found.push(slice);
  }
  return found;
}
