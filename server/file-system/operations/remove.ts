import { type Change, type OperationContext, openDirectory } from '../context.ts';
import { isDotName, refusedName } from '../names.ts';
import { mayAccess, mayChangeNames, stickyForbids } from '../permissions.ts';
import type { DirectoryInode } from '../records/inode.ts';
import { failure, type Outcome } from '../status.ts';
import { VolumeDraft } from '../volume-draft.ts';
import { dropLink } from './drop-link.ts';
import {
  findName,
  type Found,
  type Place,
  expectPlaces,
  removeName,
} from './names-in-directory.ts';

export interface Removed {
  readonly directory: Change<DirectoryInode>;
}

/** RFC 1094 §2.2.11: removes the name of anything but a directory. */
export function removeFile(context: OperationContext, place: Place): Outcome<Removed> {
  if (isDotName(place.name)) return failure('ISDIR');
  const opened = openForRemoval(context, place);
  if (opened.status !== 'ok') return opened;
  if (opened.found.inode.type === 'directory') return failure('ISDIR');
  return remove(context, opened.directory, place.name, opened.found);
}

/** RFC 1094 §2.2.16: removes an empty directory. */
export function removeDirectory(context: OperationContext, place: Place): Outcome<Removed> {
  // rmdir(2): `.` is no name to remove, and `..` holds at least the directory that this was asked in.
  if (place.name === '.') return failure('DOTNAME');
  if (place.name === '..') return failure('NOTEMPTY');
  const opened = openForRemoval(context, place);
  if (opened.status !== 'ok') return opened;
  const { inode } = opened.found;
  if (inode.type !== 'directory') return failure('NOTDIR');
  if (inode.entryCount > 0) return failure('NOTEMPTY');
  return remove(context, opened.directory, place.name, opened.found);
}

function openForRemoval(
  context: OperationContext,
  place: Place,
): Outcome<{ directory: DirectoryInode; found: Found }> {
  expectPlaces(context, place);
  const opened = openDirectory(context, place.directory);
  if (opened.status !== 'ok') return opened;
  const { inode: directory } = opened;
  const { principal } = context;
  if (!mayAccess(directory, principal, 'execute')) return failure('ACCES');
  const refused = refusedName(place.name);
  if (refused !== undefined) return failure(refused);
  const found = findName(context, place);
  if (found === undefined) return failure('NOENT');
  if (!mayChangeNames(directory, principal)) return failure('ACCES');
  if (stickyForbids(directory, found.inode, principal)) return failure('PERM');
  return { status: 'ok', directory, found };
}

function remove(
  context: OperationContext,
  directory: DirectoryInode,
  name: string,
  found: Found,
): Outcome<Removed> {
  const volume = new VolumeDraft(context);
  const now = volume.stamp(directory, found.inode);
  const after = removeName(context.transaction, directory, name, found, now);
  dropLink(volume, found.inode, now);
  volume.store();
  return { status: 'ok', directory: { before: directory, after } };
}
