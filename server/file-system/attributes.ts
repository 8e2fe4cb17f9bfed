import { isMember, isRoot, type Principal } from './principal.ts';
import { modeBits } from './permissions.ts';
import type { DirectoryInode, Inode } from './records/inode.ts';
import type { Time } from './time.ts';

/** A time to set: a given one, or the server's. */
export type TimeChange = Time | 'now';

/** Attributes that a client asks for; undefined: leave as it is, or choose. */
export interface SetAttributes {
  readonly mode?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly size?: number | undefined;
  readonly atime?: TimeChange | undefined;
  readonly mtime?: TimeChange | undefined;
}

const defaultModes = { directory: 0o755, other: 0o644 } as const;

export function chosenTime(change: TimeChange | undefined, now: Time, otherwise: Time): Time {
  if (change === undefined) return otherwise;
  return change === 'now' ? now : change;
}

/** Mode, owner and group of something new. Who is not root makes it in its own name, whatever it asks for. */
export function newOwnership(
  directory: DirectoryInode,
  principal: Principal,
  type: Inode['type'],
  asked: SetAttributes,
): Pick<Inode, 'mode' | 'uid' | 'gid'> {
  const uid = isRoot(principal) ? (asked.uid ?? principal.uid) : principal.uid;
  const gid = newGroup(directory, principal, asked.gid);
  return { mode: newMode(directory, principal, type, asked.mode, gid), uid, gid };
}

/** A set-gid directory gives its group to what is made in it. */
function newGroup(
  directory: DirectoryInode,
  principal: Principal,
  asked: number | undefined,
): number {
  if (asked !== undefined && (isRoot(principal) || isMember(principal, asked))) return asked;
  return (directory.mode & modeBits.setGid) === 0 ? principal.gid : directory.gid;
}

function newMode(
  directory: DirectoryInode,
  principal: Principal,
  type: Inode['type'],
  asked: number | undefined,
  gid: number,
): number {
  switch (type) {
    case 'symlink':
      // RFC 1094 §2.2.14: symbolic links always have mode 0777.
      return 0o777;
    case 'directory': {
      const mode = (asked ?? defaultModes.directory) & modeBits.all;
      return mode | (directory.mode & modeBits.setGid);
    }
    case 'regular':
    case 'character':
    case 'block':
    case 'fifo':
    case 'socket': {
      const mode = (asked ?? defaultModes.other) & modeBits.all;
      return isRoot(principal) || isMember(principal, gid) ? mode : mode & ~modeBits.setGid;
    }
  }
}
