import { chosenTime, type SetAttributes } from '../attributes.ts';
import { truncateContent } from '../content/content.ts';
import { type Change, type OperationContext, openInode } from '../context.ts';
import { fileBytesMax } from '../limits.ts';
import { isOwner, mayWriteData, modeBits, withoutSetId } from '../permissions.ts';
import { isMember, isRoot, type Principal } from '../principal.ts';
import type { Inode } from '../records/inode.ts';
import { inodes, putInode } from '../records/inode-records.ts';
import { numberKey, onlyKey } from '../records/keys.ts';
import { states } from '../records/volume-records.ts';
import { failure, type FailureStatus, type Outcome } from '../status.ts';
import type { Time } from '../time.ts';
import { VolumeDraft } from '../volume-draft.ts';

/**
 * RFC 1094 §2.2.3. Sets everything that is asked for, or nothing. Who asks for nothing changes nothing: otherwise
 * anybody who may only look at a file could change its ctime, and fail the guarded changes of others.
 */
export function setAttributes(
  context: OperationContext,
  ino: number,
  asked: SetAttributes,
): Outcome<Change<Inode>> {
  context.transaction.expect(() => [
    { table: inodes, key: numberKey(ino) },
    { table: states, key: onlyKey },
  ]);
  const opened = openInode(context, ino);
  if (opened.status !== 'ok') return opened;
  const { inode } = opened;
  const asksNothing = Object.values(asked).every((value) => value === undefined);
  if (asksNothing) return { status: 'ok', before: inode, after: inode };
  const refused = refusedChange(inode, context.principal, asked);
  if (refused !== undefined) return failure(refused);
  const volume = new VolumeDraft(context);
  const now = volume.stamp(inode);
  const resized = withSize(volume, inode, asked.size, now, context.principal);
  const after = { ...resized, ...changedFields(resized, context.principal, asked, now) };
  putInode(context.transaction, after);
  volume.store();
  return { status: 'ok', before: inode, after };
}

function refusedChange(
  inode: Inode,
  principal: Principal,
  asked: SetAttributes,
): FailureStatus | undefined {
  if (asked.size !== undefined) {
    if (inode.type === 'directory') return 'ISDIR';
    if (inode.type !== 'regular') return 'INVAL';
    if (!mayWriteData(inode, principal)) return 'ACCES';
    if (asked.size > fileBytesMax) return 'FBIG';
  }
  const owner = isOwner(inode, principal);
  if (asked.mode !== undefined && !owner) return 'PERM';
  if (!mayChangeOwner(inode, principal, asked)) return 'PERM';
  for (const time of [asked.atime, asked.mtime]) {
    if (time === undefined || owner) continue;
    // POSIX utimes: a given time takes ownership, the present one only the right to write.
    if (time !== 'now') return 'PERM';
    if (!mayWriteData(inode, principal)) return 'ACCES';
  }
  return undefined;
}

/** POSIX chown: only root gives files away; an owner may choose among its own groups. */
function mayChangeOwner(inode: Inode, principal: Principal, asked: SetAttributes): boolean {
  const { uid = inode.uid, gid = inode.gid } = asked;
  const asksNothing = asked.uid === undefined && asked.gid === undefined;
  if (asksNothing || isRoot(principal)) return true;
  if (inode.uid !== principal.uid || uid !== inode.uid) return false;
  return gid === inode.gid || isMember(principal, gid);
}

/** Truncation to the same size counts as a change too, as in ftruncate(2). */
function withSize(
  volume: VolumeDraft,
  inode: Inode,
  size: number | undefined,
  now: Time,
  principal: Principal,
): Inode {
  if (size === undefined || inode.type !== 'regular') return inode;
  const mode = isRoot(principal) ? inode.mode : withoutSetId(inode, principal);
  const content = size < inode.size ? truncateContent(volume, inode, size) : {};
  return { ...inode, ...content, size, mode, mtime: now };
}

function changedFields(
  inode: Inode,
  principal: Principal,
  asked: SetAttributes,
  now: Time,
): Pick<Inode, 'mode' | 'uid' | 'gid' | 'atime' | 'mtime' | 'ctime'> {
  const { uid = inode.uid, gid = inode.gid } = asked;
  return {
    mode: changedMode(inode, principal, asked, gid),
    uid,
    gid,
    atime: chosenTime(asked.atime, now, inode.atime),
    mtime: chosenTime(asked.mtime, now, inode.mtime),
    ctime: now,
  };
}

function changedMode(
  inode: Inode,
  principal: Principal,
  asked: SetAttributes,
  gid: number,
): number {
  // RFC 1094 §2.2.14: the mode of a symbolic link means nothing and stays.
  if (inode.type === 'symlink') return inode.mode;
  let mode = (asked.mode ?? inode.mode) & modeBits.all;
  // POSIX chmod: nobody makes a program run in a group that is not its own.
  if (asked.mode !== undefined && !isRoot(principal) && !isMember(principal, gid)) {
    mode &= ~modeBits.setGid;
  }
  const givesAway = asked.uid !== undefined || asked.gid !== undefined;
  return givesAway && inode.type !== 'directory'
    ? withoutSetId({ ...inode, mode }, principal)
    : mode;
}
