import { strict as assert } from 'node:assert';
import type { OperationContext } from '../context.ts';
import { directoryDepthMax } from '../limits.ts';
import { type DirectoryInode, rootIno } from '../records/inode.ts';
import { getInode } from '../records/inode-records.ts';

/** Whether a directory is another one or below it; `unknown` where there are too many parents to be sure. */
export function placeBelow(
  context: OperationContext,
  directory: DirectoryInode,
  ancestor: number,
): 'below' | 'outside' | 'unknown' {
  if (ancestor === rootIno) return 'below';
  let at = directory;
  for (let climbed = 0; climbed < directoryDepthMax; climbed += 1) {
    if (at.ino === ancestor) return 'below';
    if (at.ino === rootIno) return 'outside';
    const parent = getInode(context.transaction, at.parent);
    assert(parent?.type === 'directory', 'the parent of a directory is one');
    at = parent;
  }
  return 'unknown';
}

/**
 * What `..` of a directory is for whoever has mounted the export root: that root is its own parent. A handle goes on
 * working when its directory is moved out of what was mounted, as with no_subtree_check of exports(5), but leads no
 * higher: undefined, since what is above was never exported to this client.
 */
export function parentWithin(
  context: OperationContext,
  directory: DirectoryInode,
  exportRoot: number,
): number | undefined {
  if (directory.ino === exportRoot) return exportRoot;
  return placeBelow(context, directory, exportRoot) === 'below' ? directory.parent : undefined;
}
