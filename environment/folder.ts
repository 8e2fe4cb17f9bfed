/** What a look at a file tells. */
export interface FileStatus {
  /** Identity of the file on its device: differs for two files that exist at the same time. */
  readonly inode: bigint;
  readonly sizeBytes: number;
  readonly isDirectory: boolean;
}

/** Space of the file system below a folder, in bytes. */
export interface FolderSpace {
  readonly totalBytes: number;
  readonly freeBytes: number;
  /** Free for unprivileged processes; what admission decisions use. */
  readonly availableBytes: number;
}

/** A file open for appending by one process. */
export interface AppendFile {
  /** Appends the buffers in order and resolves with the offset of the first byte. Not yet on disk: see `sync`. */
  append(buffers: readonly Uint8Array[]): Promise<number>;
  /** Everything appended before the call is on disk when it resolves (fdatasync). A rejection is final: the file must not be used again. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** What is read is the reader's for ever, or lent to it. */
export type ReadUse = 'kept' | 'lent';

/** A file open for reading by position. */
export interface ReadFile {
  /** Reads exactly `lengthBytes` bytes, or fewer at the end of the file. */
  read(offset: number, lengthBytes: number): Promise<Buffer>;
  /**
   * The same in the calling turn, where a file can do that: for what the system has in memory. 'lent': the bytes are for one
   * message. Once a stream that was given them has sent them they may be something else, so nobody else may keep them.
   */
  readNow?(offset: number, lengthBytes: number, use: ReadUse): Buffer;
  close(): Promise<void>;
}

/**
 * A folder tree on a local file system, passed in. Paths are absolute or relative to the process, with `/`.
 * Every rejection is an Error with the system's `code` (ENOENT, EEXIST, ENOSPC, EIO ...). Nothing is durable before the
 * file was synced, and no name is durable before its folder was.
 */
export interface Folder {
  /** The names in a folder, in no particular order. */
  list(path: string): Promise<string[]>;
  /** Undefined exactly when the name does not exist (ENOENT); every other failure rejects. */
  status(path: string): Promise<FileStatus | undefined>;
  /**
   * The same in the calling turn, where a folder can do that without waiting: throws what `status` rejects with. For the
   * check before a reply, which a trip to a thread would make several times as long.
   */
  statusNow?(path: string): FileStatus | undefined;
  readFile(path: string): Promise<Buffer>;
  /** Creates (exclusively) a file with these bytes and syncs it. */
  writeFileSynced(path: string, bytes: Uint8Array): Promise<void>;
  /** Copies what the file holds now into a new file and syncs that. */
  copyFileSynced(from: string, to: string): Promise<void>;
  /** Hard link; rejects with EEXIST where `to` exists. */
  link(from: string, to: string): Promise<void>;
  /** Atomic rename. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; a missing one is no error. */
  unlink(path: string): Promise<void>;
  /** Creates a folder and its missing parents; an existing one is no error. */
  makeFolder(path: string): Promise<void>;
  /** Removes a folder with all that it holds; a missing one is no error. */
  removeTree(path: string): Promise<void>;
  /** Makes the names in a folder durable. */
  syncFolder(path: string): Promise<void>;
  space(path: string): Promise<FolderSpace>;
  /** Makes `path` a synced file of really allocated blocks of this size; a shorter existing one grows, a longer one shrinks. */
  preallocate(path: string, sizeBytes: number): Promise<void>;
  openAppend(path: string): Promise<AppendFile>;
  openRead(path: string): Promise<ReadFile>;
  /** So many bytes of files that were written or read last are likely to be in the system's memory. Undefined: nobody knows. */
  readonly cachedBytes?: number;
  /**
   * The same folder, for a takeover: what is done in the calling turn, where a folder can do that, is done there. A trip to a
   * thread and back costs more than most of what a takeover does, and there are dozens. Only after a probe has shown
   * that the disk answers: what hangs here hangs the process.
   */
  readonly inTurn?: Folder;
}
