import {
  type Attrstat,
  type Fattr,
  Ftype,
  NFS_FIFO_DEV,
  NFS_MAXDATA,
  NFSMODE_BLK,
  NFSMODE_CHR,
  NFSMODE_DIR,
  NFSMODE_FIFO,
  NFSMODE_LNK,
  NFSMODE_REG,
  NFSMODE_SOCK,
  NfsStat,
  type NfsTime,
} from '../../protocol/generated/nfs2.ts';
import type { Call } from '../call.ts';
import { type Inode, sizeOf, usedBytesOf } from '../file-system/records/inode.ts';
import type { Time } from '../file-system/time.ts';
import { unreachable } from '../unreachable.ts';
import { deviceWord } from './device.ts';
import { attributeBlockBytes, wordMax } from './limits.ts';

/**
 * RFC 1094 §2.3.5. A fifo goes as a character device with an impossible number, as everybody does it; a socket as
 * NFNON, as the RFC says. A size beyond 32 bits shows as the largest.
 */
const types: Readonly<Record<Inode['type'], { readonly type: Ftype; readonly mode: number }>> = {
  regular: { type: Ftype.NFREG, mode: NFSMODE_REG },
  directory: { type: Ftype.NFDIR, mode: NFSMODE_DIR },
  symlink: { type: Ftype.NFLNK, mode: NFSMODE_LNK },
  character: { type: Ftype.NFCHR, mode: NFSMODE_CHR },
  block: { type: Ftype.NFBLK, mode: NFSMODE_BLK },
  fifo: { type: Ftype.NFCHR, mode: NFSMODE_FIFO },
  socket: { type: Ftype.NFNON, mode: NFSMODE_SOCK },
};

export function fattrOf(call: Call, inode: Inode): Fattr {
  const { type, mode } = types[inode.type];
  return {
    type,
    mode: mode | inode.mode,
    nlink: inode.nlink,
    uid: inode.uid,
    gid: inode.gid,
    size: Math.min(sizeOf(inode), wordMax),
    blocksize: NFS_MAXDATA,
    rdev: rdevOf(inode),
    blocks: Math.min(Math.ceil(usedBytesOf(inode) / attributeBlockBytes), wordMax),
    fsid: Buffer.from(call.service.volume.areaId).readUInt32BE(0),
    fileid: inode.ino,
    atime: nfsTime(inode.atime),
    mtime: nfsTime(inode.mtime),
    ctime: nfsTime(inode.ctime),
  };
}

export function attrstatOf(call: Call, inode: Inode): Attrstat {
  return { status: NfsStat.NFS_OK, attributes: fattrOf(call, inode) };
}

function rdevOf(inode: Inode): number {
  switch (inode.type) {
    case 'character':
    case 'block':
      return deviceWord(inode.device);
    case 'fifo':
      return NFS_FIFO_DEV;
    case 'regular':
    case 'directory':
    case 'symlink':
    case 'socket':
      return 0;
    default:
      return unreachable(inode);
  }
}

function nfsTime({ seconds, nanoseconds }: Time): NfsTime {
  return {
    seconds: Math.min(Math.max(seconds, 0), wordMax),
    useconds: Math.floor(nanoseconds / 1000),
  };
}
