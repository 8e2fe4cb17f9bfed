import { NFS_DONT_SET, type NfsTime, type Sattr } from '../../protocol/generated/nfs2.ts';
import type { SetAttributes, TimeChange } from '../file-system/attributes.ts';
import { modeBits } from '../file-system/permissions.ts';

/** Sun's convention, which every client follows: these microseconds mean "the server's time". */
const serverTimeUseconds = 1_000_000;
/** Some clients of old say -1 in 16 bits. */
const dontSetMode = 0xffff;

/** RFC 1094 §2.3.6: a field of -1 is not set. */
export function setAttributesOf(sattr: Sattr): SetAttributes {
  const mtimeIsNow = sattr.mtime.useconds === serverTimeUseconds;
  const atime = timeChange(sattr.atime);
  return {
    mode: hasMode(sattr) ? sattr.mode & modeBits.all : undefined,
    uid: word(sattr.uid),
    gid: word(sattr.gid),
    size: word(sattr.size),
    // The convention is told in mtime, for both: touch(1) sets them together.
    atime: mtimeIsNow && atime !== undefined ? 'now' : atime,
    mtime: timeChange(sattr.mtime),
  };
}

export function hasMode({ mode }: Sattr): boolean {
  return mode !== NFS_DONT_SET && mode !== dontSetMode;
}

function word(value: number): number | undefined {
  return value === NFS_DONT_SET ? undefined : value;
}

function timeChange({ seconds, useconds }: NfsTime): TimeChange | undefined {
  if (useconds === serverTimeUseconds) return 'now';
  if (seconds === NFS_DONT_SET || useconds === NFS_DONT_SET) return undefined;
  // A client that counts wrongly still gets a time: at most the end of that second.
  return { seconds, nanoseconds: Math.min(useconds, serverTimeUseconds - 1) * 1000 };
}
