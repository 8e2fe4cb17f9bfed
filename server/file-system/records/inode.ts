import type { Time } from '../time.ts';

/** What every inode has. */
export interface InodeCommon {
  /** Its own number, never reused. */
  readonly ino: number;
  /** Permission bits, suid, sgid and sticky: 12 bits, without the type. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
  /** Set by SETATTR and at creation only: a READ is no reason for a durable write. */
  readonly atime: Time;
  readonly mtime: Time;
  /** Strictly later with each change. */
  readonly ctime: Time;
}

/** Where a file's content is: an index node of level `depth`, or one extent map where `depth` is 0. */
export interface Content {
  /** 0: there is nothing, the file is one hole. */
  readonly root: number;
  readonly depth: number;
}

export interface FileInode extends InodeCommon {
  readonly type: 'regular';
  readonly size: number;
  /** Bytes that are not holes. Content that was cut off and is not freed yet still counts. */
  readonly usedBytes: number;
  readonly content: Content;
  /** Counts how often all content was dropped, so that freeing what was cut off before is not counted twice. */
  readonly contentGeneration: number;
  /** Of the exclusive CREATE that made the file (RFC 1813 §3.3.8): 8 bytes. */
  readonly createVerifier: Buffer | undefined;
}

export interface DirectoryInode extends InodeCommon {
  readonly type: 'directory';
  /** The root is its own parent. */
  readonly parent: number;
  /** Names in it, without `.` and `..`. */
  readonly entryCount: number;
  /** The cookie of the next entry. */
  readonly nextCookie: number;
}

export interface SymlinkInode extends InodeCommon {
  readonly type: 'symlink';
  /** A byte string. */
  readonly target: string;
}

export const nodeTypes = ['character', 'block', 'fifo', 'socket'] as const;
export type NodeType = (typeof nodeTypes)[number];

export interface Device {
  readonly major: number;
  readonly minor: number;
}

/** A device, fifo or socket: only the client gives it a meaning. */
export interface NodeInode extends InodeCommon {
  readonly type: NodeType;
  /** Zeros for a fifo or socket. */
  readonly device: Device;
}

export type Inode = FileInode | DirectoryInode | SymlinkInode | NodeInode;

/** Number of the root directory: 2, as in the file systems of UNIX. 0 and 1 are never used. */
export const rootIno = 2;
/** Cookies 0, 1 and 2 mean the beginning, `.` and `..`. */
export const firstCookie = 3;

const directorySizeBytes = 4096;

export function sizeOf(inode: Inode): number {
  switch (inode.type) {
    case 'regular':
      return inode.size;
    case 'directory':
      return directorySizeBytes;
    case 'symlink':
      return inode.target.length;
    case 'character':
    case 'block':
    case 'fifo':
    case 'socket':
      return 0;
  }
}

export function usedBytesOf(inode: Inode): number {
  return inode.type === 'regular' ? inode.usedBytes : 0;
}
