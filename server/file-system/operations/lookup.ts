import { type OperationContext, openDirectory, openInode } from '../context.ts';
import { refusedName } from '../names.ts';
import { mayAccess } from '../permissions.ts';
import { entries } from '../records/entry-records.ts';
import type { DirectoryInode, Inode } from '../records/inode.ts';
import { inodes } from '../records/inode-records.ts';
import { entryKey, numberKey } from '../records/keys.ts';
import { failure, type Outcome } from '../status.ts';
import { parentWithin } from './ancestors.ts';
import { findName, type Place } from './names-in-directory.ts';

/**
 * RFC 1094 §2.2.5. `..` of the export root is the export root: nobody climbs out of what was mounted, nor from a
 * directory that was moved out of it, whose parent is stale.
 */
export function lookup(
  context: OperationContext,
  place: Place & { readonly exportRoot: number },
): Outcome<{ inode: Inode; directory: DirectoryInode }> {
  const { directory: ino, name, exportRoot } = place;
  const refused = refusedName(name);
  if (refused === undefined) {
    context.transaction.expect(() => [
      { table: inodes, key: numberKey(ino) },
      { table: entries, key: entryKey(ino, name) },
    ]);
  }
  const start = openDirectory(context, ino);
  if (start.status !== 'ok') return start;
  const { inode: directory } = start;
  if (!mayAccess(directory, context.principal, 'execute')) return failure('ACCES');
  if (name === '.') return { status: 'ok', inode: directory, directory };
  if (name === '..') {
    const parent = parentWithin(context, directory, exportRoot);
    const opened = parent === undefined ? failure('STALE') : openInode(context, parent);
    return opened.status === 'ok' ? { ...opened, directory } : opened;
  }
  if (refused !== undefined) return failure(refused);
  const found = findName(context, place);
  return found === undefined ? failure('NOENT') : { status: 'ok', inode: found.inode, directory };
}
