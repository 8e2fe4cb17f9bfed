import { type Change, type OperationContext, openInode } from '../context.ts';
import { linksMax } from '../limits.ts';
import { withLinks } from '../records/changed-inode.ts';
import type { DirectoryInode, Inode } from '../records/inode.ts';
import { putInode } from '../records/inode-records.ts';
import { failure, type Outcome } from '../status.ts';
import { VolumeDraft } from '../volume-draft.ts';
import { addName, openForNewName, type Place } from './names-in-directory.ts';

/** RFC 1094 §2.2.13. */
export function link(
  context: OperationContext,
  ino: number,
  place: Place,
): Outcome<{ file: Change<Inode>; directory: Change<DirectoryInode> }> {
  const source = openInode(context, ino);
  if (source.status !== 'ok') return source;
  const { inode } = source;
  const opened = openForNewName(context, place);
  if (opened.status !== 'ok') return opened;
  // link(2): a second name of a directory would make a loop.
  if (inode.type === 'directory') return failure('PERM');
  if (opened.existing !== undefined) return failure('EXIST');
  if (inode.nlink >= linksMax) return failure('MLINK');
  const volume = new VolumeDraft(context);
  const refused = volume.refusesGrowth(0, 0);
  if (refused !== undefined) return failure(refused);
  const { directory } = opened;
  const now = volume.stamp(inode, directory);
  const linked = withLinks(inode, inode.nlink + 1, now);
  putInode(context.transaction, linked);
  const after = addName(context.transaction, directory, place.name, linked, now);
  volume.store();
  return {
    status: 'ok',
    file: { before: inode, after: linked },
    directory: { before: directory, after },
  };
}
