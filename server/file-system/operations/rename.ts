import { type Change, type OperationContext, openDirectory } from '../context.ts';
import { linksMax } from '../limits.ts';
import { isDotName, refusedName } from '../names.ts';
import { mayAccess, mayChangeNames, stickyForbids } from '../permissions.ts';
import { withLinks, withNames, withParent } from '../records/changed-inode.ts';
import { deleteEntry, putEntry } from '../records/entry-records.ts';
import type { DirectoryInode } from '../records/inode.ts';
import { putInode } from '../records/inode-records.ts';
import { failure, type FailureStatus, type Outcome } from '../status.ts';
import type { Time } from '../time.ts';
import { VolumeDraft } from '../volume-draft.ts';
import { placeBelow } from './ancestors.ts';
import { dropLink } from './drop-link.ts';
import { findName, type Found, type Place, expectPlaces } from './names-in-directory.ts';

/** Both directories; the same change twice where they are one. */
export interface Renamed {
  readonly from: Change<DirectoryInode>;
  readonly to: Change<DirectoryInode>;
}

/** Everything that a RENAME looks at before it changes anything. */
interface Move {
  readonly from: DirectoryInode;
  readonly to: DirectoryInode;
  readonly fromName: string;
  readonly toName: string;
  readonly source: Found;
  /** What has the new name now. */
  readonly target: Found | undefined;
}

/** RFC 1094 §2.2.12, with the rules of rename(2). */
export function rename(
  context: OperationContext,
  fromPlace: Place,
  toPlace: Place,
): Outcome<Renamed> {
  expectPlaces(context, fromPlace, toPlace);
  const opened = openMove(context, fromPlace, toPlace);
  if (opened.status !== 'ok') return opened;
  const { move } = opened;
  // POSIX: two names of one file, or one name twice: nothing happens, and that is a success.
  if (move.target?.inode.ino === move.source.inode.ino) {
    return {
      status: 'ok',
      from: { before: move.from, after: move.from },
      to: { before: move.to, after: move.to },
    };
  }
  const refused = refusedMove(context, move);
  return refused === undefined ? apply(context, move) : failure(refused);
}

function openMove(
  context: OperationContext,
  fromPlace: Place,
  toPlace: Place,
): Outcome<{ move: Move }> {
  const from = openDirectory(context, fromPlace.directory);
  if (from.status !== 'ok') return from;
  const to = openDirectory(context, toPlace.directory);
  if (to.status !== 'ok') return to;
  for (const { name } of [fromPlace, toPlace]) {
    const refused = isDotName(name) ? 'DOTNAME' : refusedName(name);
    if (refused !== undefined) return failure(refused);
  }
  for (const { inode } of [from, to]) {
    if (!mayAccess(inode, context.principal, 'execute')) return failure('ACCES');
  }
  const source = findName(context, fromPlace);
  if (source === undefined) return failure('NOENT');
  const target = findName(context, toPlace);
  const [fromName, toName] = [fromPlace.name, toPlace.name];
  return {
    status: 'ok',
    move: { from: from.inode, to: to.inode, fromName, toName, source, target },
  };
}

function refusedMove(context: OperationContext, move: Move): FailureStatus | undefined {
  const { from, to, source, target } = move;
  const { principal } = context;
  const isDirectory = source.inode.type === 'directory';
  const movesUp = isDirectory && from.ino !== to.ino;
  // Otherwise the moved one would contain itself; where nobody can be sure, it does not move.
  if (movesUp && placeBelow(context, to, source.inode.ino) !== 'outside') return 'INVAL';
  if (!mayChangeNames(from, principal) || !mayChangeNames(to, principal)) return 'ACCES';
  if (stickyForbids(from, source.inode, principal)) return 'PERM';
  if (target !== undefined) {
    if (stickyForbids(to, target.inode, principal)) return 'PERM';
    const overDirectory = target.inode.type === 'directory';
    if (isDirectory && !overDirectory) return 'NOTDIR';
    if (!isDirectory && overDirectory) return 'ISDIR';
    if (target.inode.type === 'directory' && target.inode.entryCount > 0) return 'NOTEMPTY';
  }
  // Its `..` changes, which is a write to the directory that moves.
  if (movesUp && !mayAccess(source.inode, principal, 'write')) return 'ACCES';
  if (movesUp && target === undefined && to.nlink >= linksMax) return 'MLINK';
  return undefined;
}

function apply(context: OperationContext, move: Move): Outcome<Renamed> {
  const { from, to, source, target } = move;
  const { transaction } = context;
  const volume = new VolumeDraft(context);
  const replaced = target === undefined ? [] : [target.inode];
  const now = volume.stamp(from, to, source.inode, ...replaced);
  deleteEntry(transaction, from.ino, move.fromName, source.entry);
  putEntry(transaction, to.ino, move.toName, { ino: source.inode.ino, cookie: cookieOf(move) });
  if (target !== undefined) dropLink(volume, target.inode, now);
  const { inode } = source;
  const moved =
    inode.type === 'directory'
      ? withParent(inode, to.ino, now)
      : withLinks(inode, inode.nlink, now);
  putInode(transaction, moved);
  const changes = changeDirectories(move, now);
  putInode(transaction, changes.from.after);
  putInode(transaction, changes.to.after);
  volume.store();
  return { status: 'ok', ...changes };
}

/**
 * Over a name its cookie stays: a reader of the directory sees that name exactly once, before or after. Otherwise one that
 * moves within its directory keeps its own: a reader sees it once, under the one name or the other, and a record is replaced
 * where one would be deleted and one made.
 */
function cookieOf({ from, to, source, target }: Move): number {
  if (target !== undefined) return target.entry.cookie;
  return from.ino === to.ino ? source.entry.cookie : to.nextCookie;
}

function changeDirectories({ from, to, source, target }: Move, now: Time): Renamed {
  const links = source.inode.type === 'directory' ? 1 : 0;
  const fewer = {
    entryCount: from.entryCount - 1,
    nextCookie: from.nextCookie,
    nlink: from.nlink - links,
  };
  const isWithin = from.ino === to.ino;
  const receiving = isWithin ? fewer : to;
  const more = {
    entryCount: receiving.entryCount + (target === undefined ? 1 : 0),
    nextCookie: receiving.nextCookie + (target === undefined && !isWithin ? 1 : 0),
    nlink: receiving.nlink + links - (target?.inode.type === 'directory' ? 1 : 0),
  };
  const received = withNames(to, more, now);
  const toChange = { before: to, after: received };
  return {
    from: isWithin ? toChange : { before: from, after: withNames(from, fewer, now) },
    to: toChange,
  };
}
