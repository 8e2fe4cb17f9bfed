import { type OperationContext, openInode } from '../context.ts';
import type { SymlinkInode } from '../records/inode.ts';
import { failure, type Outcome } from '../status.ts';

/** RFC 1094 §2.2.6. */
export function readLink(context: OperationContext, ino: number): Outcome<{ inode: SymlinkInode }> {
  const opened = openInode(context, ino);
  if (opened.status !== 'ok') return opened;
  const { inode } = opened;
  return inode.type === 'symlink' ? { status: 'ok', inode } : failure('INVAL');
}
