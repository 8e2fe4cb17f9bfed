import { readContent } from '../content/content.ts';
import { type OperationContext, openFile } from '../context.ts';
import { transferBytesMax } from '../limits.ts';
import { mayReadData } from '../permissions.ts';
import type { FileInode } from '../records/inode.ts';
import { failure, type Outcome } from '../status.ts';

export interface Transfer {
  readonly ino: number;
  readonly offset: number;
  readonly count: number;
}

/** RFC 1094 §2.2.7. Beyond the end there is nothing, which is no error. The data may be a view of a record: not to be changed. */
export function read(
  context: OperationContext,
  { ino, offset, count }: Transfer,
): Outcome<{ inode: FileInode; data: Buffer; eof: boolean }> {
  const opened = openFile(context, ino);
  if (opened.status !== 'ok') return opened;
  const { inode } = opened;
  if (!mayReadData(inode, context.principal)) return failure('ACCES');
  const length = Math.max(0, Math.min(count, transferBytesMax, inode.size - offset));
  const data = readContent(context.transaction, inode.content, offset, length);
  return { status: 'ok', inode, data, eof: offset + length >= inode.size };
}
