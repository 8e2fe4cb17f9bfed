import {
  type Fattr3,
  Ftype3,
  type Nfstime3,
  type PostOpAttr,
  type WccData,
} from '../../protocol/generated/nfs3.ts';
import type { Call } from '../call.ts';
import type { Change } from '../file-system/context.ts';
import { type Device, type Inode, sizeOf, usedBytesOf } from '../file-system/records/inode.ts';
import { getInode } from '../file-system/records/inode-records.ts';
import type { Time } from '../file-system/time.ts';
import type { OpenedHandle } from './file-handle.ts';

const secondsMax = 0xffff_ffff;
export const noAttributes: PostOpAttr = { attributesFollow: false };
const noWcc: WccData = { before: { attributesFollow: false }, after: noAttributes };

const noDevice: Device = { major: 0, minor: 0 };

export function typeOf(inode: Inode): Ftype3 {
  switch (inode.type) {
    case 'regular':
      return Ftype3.NF3REG;
    case 'directory':
      return Ftype3.NF3DIR;
    case 'symlink':
      return Ftype3.NF3LNK;
    case 'character':
      return Ftype3.NF3CHR;
    case 'block':
      return Ftype3.NF3BLK;
    case 'fifo':
      return Ftype3.NF3FIFO;
    case 'socket':
      return Ftype3.NF3SOCK;
  }
}

export function deviceOf(inode: Inode): Device {
  switch (inode.type) {
    case 'regular':
    case 'directory':
    case 'symlink':
      return noDevice;
    case 'character':
    case 'block':
    case 'fifo':
    case 'socket':
      return inode.device;
  }
}

/** RFC 1813 §2.6. */
export function fattrOf(call: Call, inode: Inode): Fattr3 {
  const device = deviceOf(inode);
  return {
    type: typeOf(inode),
    mode: inode.mode,
    nlink: inode.nlink,
    uid: inode.uid,
    gid: inode.gid,
    size: BigInt(sizeOf(inode)),
    used: BigInt(usedBytesOf(inode)),
    rdev: { specdata1: device.major, specdata2: device.minor },
    fsid: call.handles.fsid,
    fileid: BigInt(inode.ino),
    atime: timeOf(inode.atime),
    mtime: timeOf(inode.mtime),
    ctime: timeOf(inode.ctime),
  };
}

export function postOpAttributes(call: Call, inode: Inode): PostOpAttr {
  return { attributesFollow: true, attributes: fattrOf(call, inode) };
}

/**
 * What a procedure that ends now leaves of what a handle names: read in the same execution, so no other change lies
 * between. Nothing is said of what the handle does not lead to.
 */
export function attributesNow(call: Call, target: OpenedHandle): PostOpAttr {
  const inode = inodeNow(call, target);
  return inode === undefined ? noAttributes : postOpAttributes(call, inode);
}

/** RFC 1813 §2.6 wcc_data: what was changed, before and after, of the very execution that changed it. */
export function wccOf(call: Call, { before, after }: Change<Inode>): WccData {
  const attributes = {
    size: BigInt(sizeOf(before)),
    mtime: timeOf(before.mtime),
    ctime: timeOf(before.ctime),
  };
  return { before: { attributesFollow: true, attributes }, after: postOpAttributes(call, after) };
}

/** The same for a call that changed nothing. */
export function unchangedWcc(call: Call, target: OpenedHandle): WccData {
  const inode = inodeNow(call, target);
  return inode === undefined ? noWcc : wccOf(call, { before: inode, after: inode });
}

function inodeNow(call: Call, target: OpenedHandle): Inode | undefined {
  return target.status === 'ok' ? getInode(call.operation.transaction, target.ino) : undefined;
}

export function timeOf(time: Time): Nfstime3 {
  return { seconds: secondsOf(time), nseconds: time.nanoseconds };
}

/** RFC 1813 §2.6 nfstime3: what it cannot say is said as nearly as it can be. */
export function secondsOf({ seconds }: Time): number {
  return Math.min(Math.max(seconds, 0), secondsMax);
}
