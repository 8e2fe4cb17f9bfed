import {
  type Fattr,
  Ftype,
  NFS_DONT_SET,
  NFS_FIFO_DEV,
  NFSMODE_FIFO,
  NFSMODE_FMT,
  NFSMODE_SOCK,
  type NfsTime,
  type Sattr,
} from '../../protocol/generated/nfs2.ts';
import type { AttributeChanges, Attributes, NodeType } from './nfs-protocol.ts';

/** What `blocks` of version 2 counts in: Unix implementations pass on what stat(2) calls blocks. */
const blockBytes = 512;

const permissionBits = 0o7777;
/** The last second that can be set: the one after it means "do not set". */
const secondsMax = NFS_DONT_SET - 1;

const dontSet: NfsTime = { seconds: NFS_DONT_SET, useconds: NFS_DONT_SET };

/** RFC 1094 §2.3.5. */
export function attributesOf(fattr: Fattr): Attributes {
  return {
    type: typeOf(fattr),
    mode: fattr.mode & permissionBits,
    links: fattr.nlink,
    uid: fattr.uid,
    gid: fattr.gid,
    sizeBytes: fattr.size,
    usedBytes: fattr.blocks * blockBytes,
    blockSizeBytes: fattr.blocksize,
    device: fattr.rdev,
    fileSystemId: BigInt(fattr.fsid),
    inode: BigInt(fattr.fileid),
    accessTimeMs: millisecondsOf(fattr.atime),
    modifyTimeMs: millisecondsOf(fattr.mtime),
    changeTimeMs: millisecondsOf(fattr.ctime),
  };
}

/** RFC 1094 §2.3.6: a field of all ones stays as it is. */
export function sattrOf(changes: AttributeChanges, typeBits = 0): Sattr {
  const { mode, uid, gid, sizeBytes, accessTimeMs, modifyTimeMs } = changes;
  return {
    mode: mode === undefined ? NFS_DONT_SET : typeBits | (mode & permissionBits),
    uid: uid ?? NFS_DONT_SET,
    gid: gid ?? NFS_DONT_SET,
    size: sizeBytes ?? NFS_DONT_SET,
    atime: accessTimeMs === undefined ? dontSet : timeOf(accessTimeMs),
    mtime: modifyTimeMs === undefined ? dontSet : timeOf(modifyTimeMs),
  };
}

function typeOf(fattr: Fattr): NodeType {
  switch (fattr.type) {
    case Ftype.NFREG:
      return 'file';
    case Ftype.NFDIR:
      return 'directory';
    case Ftype.NFLNK:
      return 'link';
    case Ftype.NFBLK:
      return 'block-device';
    case Ftype.NFCHR:
      return fattr.rdev === NFS_FIFO_DEV ? 'fifo' : 'character-device';
    case Ftype.NFSOCK:
      return 'socket';
    case Ftype.NFFIFO:
      return 'fifo';
    // Some servers call fifos and sockets non-files, and tell by the mode what they are.
    case Ftype.NFNON:
    case Ftype.NFBAD:
      return typeOfMode(fattr.mode);
  }
}

function typeOfMode(mode: number): NodeType {
  if ((mode & NFSMODE_FMT) === NFSMODE_FIFO) return 'fifo';
  return (mode & NFSMODE_FMT) === NFSMODE_SOCK ? 'socket' : 'unknown';
}

function millisecondsOf(time: NfsTime): number {
  return time.seconds * 1_000 + time.useconds / 1_000;
}

/** Times before 1970 and after 2106 do not exist in version 2: the nearest that does is set. */
function timeOf(milliseconds: number): NfsTime {
  const microseconds = Math.round(milliseconds * 1_000);
  const seconds = Math.floor(microseconds / 1_000_000);
  if (seconds < 0) return { seconds: 0, useconds: 0 };
  if (seconds > secondsMax) return { seconds: secondsMax, useconds: 0 };
  return { seconds, useconds: microseconds - seconds * 1_000_000 };
}
