import { growthOf, writeContent } from '../content/content.ts';
import { type Change, type OperationContext, openFile } from '../context.ts';
import { fileBytesMax } from '../limits.ts';
import { mayWriteData, withoutSetId } from '../permissions.ts';
import { isRoot } from '../principal.ts';
import { withData } from '../records/changed-inode.ts';
import type { FileInode } from '../records/inode.ts';
import { inodes, putInode } from '../records/inode-records.ts';
import { numberKey, onlyKey } from '../records/keys.ts';
import { states } from '../records/volume-records.ts';
import { failure, type Outcome } from '../status.ts';
import { VolumeDraft } from '../volume-draft.ts';

/** RFC 1094 §2.2.9: all of the data or none, never mixed with another WRITE's. `data` may not change until it is durable. */
export function write(
  context: OperationContext,
  ino: number,
  offset: number,
  data: Uint8Array,
): Outcome<Change<FileInode>> {
  const { transaction, principal } = context;
  transaction.expect(() => [
    { table: inodes, key: numberKey(ino) },
    { table: states, key: onlyKey },
  ]);
  const opened = openFile(context, ino);
  if (opened.status !== 'ok') return opened;
  const { inode } = opened;
  if (!mayWriteData(inode, principal)) return failure('ACCES');
  if (data.length === 0) return { status: 'ok', before: inode, after: inode };
  if (offset + data.length > fileBytesMax) return failure('FBIG');
  const volume = new VolumeDraft(context);
  const growth = volume.limitsBytes
    ? growthOf(transaction, inode.content, offset, data.length)
    : data.length;
  const refused = volume.refusesGrowth(growth, 0);
  if (refused !== undefined) return failure(refused);
  const now = volume.stamp(inode);
  const { content, usedBytes, contentGeneration } = writeContent(volume, inode, offset, data);
  const mode = isRoot(principal) ? inode.mode : withoutSetId(inode, principal);
  const size = Math.max(inode.size, offset + data.length);
  const after = withData(inode, { mode, size, usedBytes, content, contentGeneration }, now);
  putInode(transaction, after);
  volume.store();
  return { status: 'ok', before: inode, after };
}
