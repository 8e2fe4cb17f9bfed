import { type OperationContext, openInode } from '../context.ts';
import type { Inode } from '../records/inode.ts';
import type { Outcome } from '../status.ts';

/** RFC 1094 §2.2.2. Attributes are for everybody who has a handle. */
export function getAttributes(context: OperationContext, ino: number): Outcome<{ inode: Inode }> {
  return openInode(context, ino);
}
