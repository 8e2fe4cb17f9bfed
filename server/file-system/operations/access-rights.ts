import { type OperationContext, openInode } from '../context.ts';
import { mayAccess, mayChangeNames } from '../permissions.ts';
import type { Inode } from '../records/inode.ts';
import type { Outcome } from '../status.ts';

/** What the caller may do with something, as far as its mode says. A client asks on behalf of open(2) and access(2). */
export interface AccessRights {
  readonly read: boolean;
  /** A directory: names in it may be changed. */
  readonly write: boolean;
  /** A directory: it may be searched. */
  readonly execute: boolean;
}

/**
 * RFC 1813 §3.3.4. That an owner may read and write data whatever the mode says is not told here: it is for files that
 * were open when their mode was changed, and a client that opens one now has to fail.
 */
export function accessRights(
  context: OperationContext,
  ino: number,
): Outcome<{ inode: Inode; rights: AccessRights }> {
  const opened = openInode(context, ino);
  if (opened.status !== 'ok') return opened;
  const { inode } = opened;
  const { principal } = context;
  const isDirectory = inode.type === 'directory';
  const rights = {
    read: mayAccess(inode, principal, 'read'),
    write: isDirectory ? mayChangeNames(inode, principal) : mayAccess(inode, principal, 'write'),
    execute: mayAccess(inode, principal, 'execute'),
  };
  return { status: 'ok', inode, rights };
}
