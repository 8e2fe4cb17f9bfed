import type { Inode } from './records/inode.ts';
import { isMember, isRoot, type Principal } from './principal.ts';

export const modeBits = {
  setUid: 0o4000,
  setGid: 0o2000,
  sticky: 0o1000,
  groupExecute: 0o010,
  anyExecute: 0o111,
  all: 0o7777,
} as const;

const wanted = { read: 4, write: 2, execute: 1 } as const;
export type Access = keyof typeof wanted;

/** What the mode alone says, as POSIX has it: the first of owner, group and others that fits decides. */
export function mayAccess(inode: Inode, principal: Principal, access: Access): boolean {
  if (isRoot(principal)) {
    // Root may do everything but execute what nobody may execute.
    if (access !== 'execute' || inode.type === 'directory') return true;
    return (inode.mode & modeBits.anyExecute) !== 0;
  }
  const bits = wanted[access];
  if (inode.uid === principal.uid) return ((inode.mode >>> 6) & bits) !== 0;
  if (isMember(principal, inode.gid)) return ((inode.mode >>> 3) & bits) !== 0;
  return (inode.mode & bits) !== 0;
}

/**
 * May this caller read the data? RFC 1094 §3.3: the owner always (the file may have been open when its mode was
 * changed), and whoever may execute it (a server cannot tell paging in from reading).
 */
export function mayReadData(inode: Inode, principal: Principal): boolean {
  return (
    isOwner(inode, principal) ||
    mayAccess(inode, principal, 'read') ||
    (inode.type === 'regular' && mayAccess(inode, principal, 'execute'))
  );
}

/** RFC 1094 §3.3: the owner always. */
export function mayWriteData(inode: Inode, principal: Principal): boolean {
  return isOwner(inode, principal) || mayAccess(inode, principal, 'write');
}

/** The owner, or root in its place: who may change mode and times. */
export function isOwner(inode: Inode, principal: Principal): boolean {
  return inode.uid === principal.uid || isRoot(principal);
}

/** Names in a directory are changed by whoever may write and search it. */
export function mayChangeNames(directory: Inode, principal: Principal): boolean {
  return mayAccess(directory, principal, 'write') && mayAccess(directory, principal, 'execute');
}

/** In a sticky directory (`/tmp`) only the owner of the file or of the directory takes a name away. */
export function stickyForbids(directory: Inode, inode: Inode, principal: Principal): boolean {
  return (
    (directory.mode & modeBits.sticky) !== 0 &&
    !isOwner(inode, principal) &&
    !isOwner(directory, principal)
  );
}

/**
 * The mode after somebody changed the data or the owner: what runs with the rights of another may not be altered and
 * keep them. Set-gid without group execution means mandatory locking, and stays if a member of the group, or root, has
 * made the change: as in Linux since 6.2.
 */
export function withoutSetId({ mode, gid }: Inode, principal: Principal): number {
  const isProgram = (mode & modeBits.groupExecute) !== 0;
  const keepsSetGid = !isProgram && (isRoot(principal) || isMember(principal, gid));
  return mode & ~modeBits.setUid & ~(keepsSetGid ? 0 : modeBits.setGid);
}
