import { dropContent } from '../content/content.ts';
import { withLinks } from '../records/changed-inode.ts';
import type { Inode } from '../records/inode.ts';
import { deleteInode, putInode } from '../records/inode-records.ts';
import type { Time } from '../time.ts';
import type { VolumeDraft } from '../volume-draft.ts';

/**
 * One name less: with the last one the inode goes, and its content. A client that still has the file open finds its
 * handle stale (RFC 1094 §3.1); clients rename such a file instead of removing it. A directory has one name only.
 */
export function dropLink(volume: VolumeDraft, inode: Inode, time: Time): void {
  if (inode.type !== 'directory' && inode.nlink > 1) {
    putInode(volume.transaction, withLinks(inode, inode.nlink - 1, time));
    return;
  }
  if (inode.type === 'regular') dropContent(volume, inode);
  deleteInode(volume.transaction, inode.ino);
  volume.returnInode();
}
