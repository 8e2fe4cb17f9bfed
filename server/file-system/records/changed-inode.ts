import type { Time } from '../time.ts';
import type { DirectoryInode, FileInode, Inode, InodeCommon } from './inode.ts';

/*
 * Inodes that are made, and those that differ from others in some fields, written out field by field and in the order in which all are made: V8 takes 4 to
 * 7 µs for an object literal with a spread whose fields are then replaced, and 0.1 for these.
 */

export function fileInode(
  common: InodeCommon,
  own: Omit<FileInode, 'type' | keyof InodeCommon>,
): FileInode {
  return {
    type: 'regular',
    ino: common.ino,
    mode: common.mode,
    uid: common.uid,
    gid: common.gid,
    nlink: common.nlink,
    atime: common.atime,
    mtime: common.mtime,
    ctime: common.ctime,
    size: own.size,
    usedBytes: own.usedBytes,
    content: own.content,
    contentGeneration: own.contentGeneration,
    createVerifier: own.createVerifier,
  };
}

export function directoryInode(
  common: InodeCommon,
  own: Omit<DirectoryInode, 'type' | keyof InodeCommon>,
): DirectoryInode {
  return {
    type: 'directory',
    ino: common.ino,
    mode: common.mode,
    uid: common.uid,
    gid: common.gid,
    nlink: common.nlink,
    atime: common.atime,
    mtime: common.mtime,
    ctime: common.ctime,
    parent: own.parent,
    entryCount: own.entryCount,
    nextCookie: own.nextCookie,
  };
}

/** A directory with other names in it; its times are those of the change. */
export function withNames(
  directory: DirectoryInode,
  names: Pick<DirectoryInode, 'entryCount' | 'nextCookie' | 'nlink'>,
  time: Time,
): DirectoryInode {
  return {
    type: directory.type,
    ino: directory.ino,
    mode: directory.mode,
    uid: directory.uid,
    gid: directory.gid,
    nlink: names.nlink,
    atime: directory.atime,
    mtime: time,
    ctime: time,
    parent: directory.parent,
    entryCount: names.entryCount,
    nextCookie: names.nextCookie,
  };
}

/** A directory whose `..` is another one. */
export function withParent(directory: DirectoryInode, parent: number, ctime: Time): DirectoryInode {
  return {
    type: directory.type,
    ino: directory.ino,
    mode: directory.mode,
    uid: directory.uid,
    gid: directory.gid,
    nlink: directory.nlink,
    atime: directory.atime,
    mtime: directory.mtime,
    ctime,
    parent,
    entryCount: directory.entryCount,
    nextCookie: directory.nextCookie,
  };
}

/** Anything else, with so many names. */
export function withLinks(
  inode: Exclude<Inode, DirectoryInode>,
  nlink: number,
  ctime: Time,
): Inode {
  if (inode.type !== 'regular') return { ...inode, nlink, ctime };
  return {
    type: inode.type,
    ino: inode.ino,
    mode: inode.mode,
    uid: inode.uid,
    gid: inode.gid,
    nlink,
    atime: inode.atime,
    mtime: inode.mtime,
    ctime,
    size: inode.size,
    usedBytes: inode.usedBytes,
    content: inode.content,
    contentGeneration: inode.contentGeneration,
    createVerifier: inode.createVerifier,
  };
}

/** A file with other data in it; its times are those of the change. */
export function withData(
  file: FileInode,
  data: Pick<FileInode, 'mode' | 'size' | 'usedBytes' | 'content' | 'contentGeneration'>,
  time: Time,
): FileInode {
  return {
    type: file.type,
    ino: file.ino,
    mode: data.mode,
    uid: file.uid,
    gid: file.gid,
    nlink: file.nlink,
    atime: file.atime,
    mtime: time,
    ctime: time,
    size: data.size,
    usedBytes: data.usedBytes,
    content: data.content,
    contentGeneration: data.contentGeneration,
    createVerifier: file.createVerifier,
  };
}
