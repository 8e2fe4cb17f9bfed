import type { Transaction } from '../../../stable-area/records/record-store.ts';
import { freeingChangesGoal, mapsFreedAtOnceMax } from '../limits.ts';
import { extentMaps } from '../records/content-records.ts';
import type { FreeRecord, Subtree } from '../records/free-records.ts';
import { getInode, putInode } from '../records/inode-records.ts';
import { numberKey } from '../records/keys.ts';
import type { VolumeDraft } from '../volume-draft.ts';
import { childrenOf, openSubtree } from './index-tree.ts';
import { deleteSpan, getSpan } from './span.ts';

/**
 * Frees what was cut off at once where it is little, and returns how many bytes of content that was; or leaves it to
 * `freeStep`, and returns 0: `owner` then says whose used bytes will shrink.
 */
export function freeOrQueue(
  volume: VolumeDraft,
  cut: readonly Subtree[],
  owner: FreeRecord['owner'],
): number {
  if (cut.length === 0) return 0;
  const { transaction } = volume;
  if (!isLittle(transaction, cut)) {
    volume.queueFree({ owner, subtrees: cut });
    return 0;
  }
  const maps = cut.flatMap((subtree) =>
    subtree.level === 0 ? [subtree] : openSubtree(transaction, subtree),
  );
  return freeMaps(transaction, maps);
}

/** A few maps, if need be below nodes right above them. */
function isLittle(transaction: Transaction, cut: readonly Subtree[]): boolean {
  if (cut.length > mapsFreedAtOnceMax || cut.some(({ level }) => level > 1)) return false;
  const maps = cut.map((subtree) =>
    subtree.level === 0 ? 1 : childrenOf(transaction, subtree).length,
  );
  return maps.reduce((sum, count) => sum + count, 0) <= mapsFreedAtOnceMax;
}

/**
 * One step of freeing content that was cut off: so many maps and nodes that about `freeingChangesGoal` records change.
 * Nothing leads to them, so no other call reads or changes them meanwhile. False: there was nothing to free.
 */
export function freeStep(volume: VolumeDraft): boolean {
  const record = volume.firstFree();
  if (record === undefined) return false;
  const { transaction } = volume;
  let left: readonly Subtree[] = record.subtrees;
  let changes = 0;
  let freedBytes = 0;
  while (left.length > 0 && changes < freeingChangesGoal) {
    const last = left.slice(-mapsFreedAtOnceMax);
    const lastNode = last.findLastIndex(({ level }) => level > 0);
    const maps = last.slice(lastNode + 1);
    if (maps.length > 0) {
      left = left.slice(0, -maps.length);
      changes += countChanges(transaction, maps);
      freedBytes += freeMaps(transaction, maps);
    } else {
      const node = left.slice(-1);
      left = [
        ...left.slice(0, -1),
        ...node.flatMap((subtree) => openSubtree(transaction, subtree)),
      ];
      changes += 1;
    }
  }
  forgetUsed(volume, record.owner, freedBytes);
  volume.setFirstFree(left.length === 0 ? undefined : { owner: record.owner, subtrees: left });
  return true;
}

function freeMaps(transaction: Transaction, maps: readonly Subtree[]): number {
  prefetchMaps(transaction, maps);
  return maps.reduce((sum, { id }) => sum + deleteSpan(transaction, getSpan(transaction, id)), 0);
}

function countChanges(transaction: Transaction, maps: readonly Subtree[]): number {
  prefetchMaps(transaction, maps);
  return maps.reduce((sum, { id }) => sum + 1 + getSpan(transaction, id).map.extents.length, 0);
}

function prefetchMaps(transaction: Transaction, maps: readonly Subtree[]): void {
  transaction.prefetch(maps.map(({ id }) => ({ table: extentMaps, key: numberKey(id) })));
}

/**
 * Content that was cut off a file counts as used until it is freed: how much it is shows only then. Where the file has
 * dropped all content since, or is gone, that already counted for everything.
 */
function forgetUsed(volume: VolumeDraft, owner: FreeRecord['owner'], freedBytes: number): void {
  if (owner === undefined) return;
  const inode = getInode(volume.transaction, owner.ino);
  if (inode?.type !== 'regular' || inode.contentGeneration !== owner.generation) return;
  putInode(volume.transaction, { ...inode, usedBytes: inode.usedBytes - freedBytes });
  volume.addUsedBytes(-freedBytes);
}
