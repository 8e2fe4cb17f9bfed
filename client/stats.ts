import type { Attributes, FileSystemSpace, NodeType } from './nfs/nfs-protocol.ts';

/** The file type in `mode`, as POSIX systems number it (<sys/stat.h>). */
const typeBits: Readonly<Record<NodeType, number>> = {
  fifo: 0o010000,
  'character-device': 0o020000,
  directory: 0o040000,
  'block-device': 0o060000,
  file: 0o100000,
  link: 0o120000,
  socket: 0o140000,
  unknown: 0,
};

/** What `st_blocks` counts in, whatever the file system's own blocks are. */
const statBlockBytes = 512;

/** The questions that Stats and Dirent both answer, as in `node:fs`. */
export class TypeQuestions {
  readonly #type: NodeType;

  constructor(type: NodeType) {
    this.#type = type;
  }

  isFile(): boolean {
    return this.#type === 'file';
  }

  isDirectory(): boolean {
    return this.#type === 'directory';
  }

  isSymbolicLink(): boolean {
    return this.#type === 'link';
  }

  isBlockDevice(): boolean {
    return this.#type === 'block-device';
  }

  isCharacterDevice(): boolean {
    return this.#type === 'character-device';
  }

  isFIFO(): boolean {
    return this.#type === 'fifo';
  }

  isSocket(): boolean {
    return this.#type === 'socket';
  }
}

/**
 * As `Stats` of `node:fs`. NFS knows no birth time: it is given as the change time, as Node does where a file system
 * has none.
 */
export class Stats extends TypeQuestions {
  readonly dev: number;
  readonly ino: number;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  /** In bytes. */
  readonly size: number;
  readonly blksize: number;
  /** In units of 512 bytes. */
  readonly blocks: number;
  readonly atimeMs: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly birthtimeMs: number;
  readonly atime: Date;
  readonly mtime: Date;
  readonly ctime: Date;
  readonly birthtime: Date;

  constructor(attributes: Attributes) {
    super(attributes.type);
    this.dev = Number(attributes.fileSystemId);
    this.ino = Number(attributes.inode);
    this.mode = typeBits[attributes.type] | attributes.mode;
    this.nlink = attributes.links;
    this.uid = attributes.uid;
    this.gid = attributes.gid;
    this.rdev = attributes.device;
    this.size = attributes.sizeBytes;
    this.blksize = attributes.blockSizeBytes;
    this.blocks = Math.ceil(attributes.usedBytes / statBlockBytes);
    this.atimeMs = attributes.accessTimeMs;
    this.mtimeMs = attributes.modifyTimeMs;
    this.ctimeMs = attributes.changeTimeMs;
    this.birthtimeMs = attributes.changeTimeMs;
    this.atime = new Date(this.atimeMs);
    this.mtime = new Date(this.mtimeMs);
    this.ctime = new Date(this.ctimeMs);
    this.birthtime = new Date(this.birthtimeMs);
  }
}

/** Magic number of NFS in `statfs(2)`. */
const nfsMagic = 0x6969;

/** As `StatsFs` of `node:fs`. */
export interface StatsFs {
  readonly type: number;
  /** Bytes in a block. */
  readonly bsize: number;
  readonly blocks: number;
  readonly bfree: number;
  /** Free blocks for unprivileged users. */
  readonly bavail: number;
  /** Files in all and free; 0 where the protocol does not tell (version 2). */
  readonly files: number;
  readonly ffree: number;
}

export function statsFsOf(space: FileSystemSpace): StatsFs {
  return {
    type: nfsMagic,
    bsize: space.blockSizeBytes,
    blocks: space.totalBlocks,
    bfree: space.freeBlocks,
    bavail: space.availableBlocks,
    files: space.totalFiles ?? 0,
    ffree: space.freeFiles ?? 0,
  };
}
