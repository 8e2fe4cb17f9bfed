import type { constants } from './adapters/constants.ts';
import type { FilePath } from './bytes.ts';
import type { Dir } from './dir.ts';
import type { Dirent } from './dirent.ts';
import type { FileData } from './file-data.ts';
import type { FileHandle } from './file-handle.ts';
import type { FileTime } from './operations/attributes.ts';
import type { RemoveOptions } from './operations/remove.ts';
import type { FileReadStream, ReadStreamOptions } from './read-stream.ts';
import type { Stats, StatsFs } from './stats.ts';
import type { FileWriteStream, WriteStreamOptions } from './write-stream.ts';

/** Options of an operation that opens its file: `flag` as for `open`; `mode` of a file that it makes. */
export interface OpenOptions {
  readonly flag?: string | number | undefined;
  readonly mode?: number | undefined;
}

export type WriteFileOptions =
  | (OpenOptions & { readonly encoding?: BufferEncoding | null | undefined })
  | BufferEncoding
  | null;
/** Names as Buffers with their exact bytes; otherwise text. */
export type BufferNames = 'buffer' | { readonly encoding: 'buffer' };
export type TextNames = 'utf8' | { readonly encoding?: 'utf8' | null | undefined } | null;

/**
 * The files of one alias, in the shape of `node:fs/promises`: the same names, arguments, results and error codes
 * (FileSystemError). What differs:
 *
 * - Everything that changes something resolves when the change is durable on the server. `sync` has nothing to add.
 * - What `stat`, `lstat`, `access` and `realpath` tell, and directories on the way of a path, may be some seconds old where
 *   another client changes them, as on any NFS mount; own changes are seen at once, and `open` asks. See `CacheOptions`.
 * - Nothing times out. While a server is being replaced, calls wait.
 * - Paths start at the root of the alias; a relative path starts there too, or at the directory given to `cd`.
 *   Symbolic links are followed here, 40 at most; the target of an absolute one starts at the root of the alias.
 * - Paths are text (UTF-8) or Buffers with bytes.
 */
export interface FugaFs {
  readonly constants: typeof constants;

  /**
   * The same files, where relative paths start at this directory. It is held itself, not by name: renaming it changes
   * nothing, and operations in it need no look-ups above it. `close` closes both.
   */
  cd(path: FilePath): Promise<FugaFs>;

  open(path: FilePath, flags?: string | number, mode?: number): Promise<FileHandle>;
  readFile(
    path: FilePath,
    options: BufferEncoding | (OpenOptions & { readonly encoding: BufferEncoding }),
  ): Promise<string>;
  readFile(
    path: FilePath,
    options?: (OpenOptions & { readonly encoding?: null | undefined }) | null,
  ): Promise<Buffer>;
  writeFile(path: FilePath, data: FileData, options?: WriteFileOptions): Promise<void>;
  appendFile(path: FilePath, data: FileData, options?: WriteFileOptions): Promise<void>;
  copyFile(source: FilePath, target: FilePath, mode?: number): Promise<void>;
  createReadStream(path: FilePath, options?: ReadStreamOptions & ReadStreamOpen): FileReadStream;
  createWriteStream(
    path: FilePath,
    options?: WriteStreamOptions & WriteStreamOpen,
  ): FileWriteStream;

  /** Without `.` and `..`, in the server's order; `recursive` does not go through symbolic links. */
  readdir(
    path: FilePath,
    options: {
      readonly withFileTypes: true;
      readonly encoding: 'buffer';
      readonly recursive?: boolean;
    },
  ): Promise<Dirent<Buffer>[]>;
  readdir(
    path: FilePath,
    options: {
      readonly withFileTypes: true;
      readonly encoding?: 'utf8' | null | undefined;
      readonly recursive?: boolean;
    },
  ): Promise<Dirent[]>;
  readdir(
    path: FilePath,
    options:
      | 'buffer'
      | {
          readonly encoding: 'buffer';
          readonly withFileTypes?: false;
          readonly recursive?: boolean;
        },
  ): Promise<Buffer[]>;
  readdir(
    path: FilePath,
    options?:
      | {
          readonly encoding?: 'utf8' | null | undefined;
          readonly withFileTypes?: false;
          readonly recursive?: boolean;
        }
      | 'utf8'
      | null,
  ): Promise<string[]>;
  opendir(path: FilePath, options: BufferNames): Promise<Dir<Buffer>>;
  opendir(path: FilePath, options?: TextNames): Promise<Dir>;
  mkdir(
    path: FilePath,
    options: { readonly recursive: true; readonly mode?: number | undefined },
  ): Promise<string | undefined>;
  mkdir(
    path: FilePath,
    options?: number | { readonly recursive?: false; readonly mode?: number | undefined } | null,
  ): Promise<void>;
  rmdir(path: FilePath): Promise<void>;
  /** A directory without `recursive` is EISDIR. */
  rm(path: FilePath, options?: RemoveOptions): Promise<void>;
  unlink(path: FilePath): Promise<void>;
  rename(from: FilePath, to: FilePath): Promise<void>;
  link(existing: FilePath, path: FilePath): Promise<void>;
  symlink(target: FilePath, path: FilePath, type?: string | null): Promise<void>;
  readlink(path: FilePath, options: BufferNames): Promise<Buffer>;
  readlink(path: FilePath, options?: TextNames): Promise<string>;
  /** From the root of the alias, without links, `.` and `..`. */
  realpath(path: FilePath, options: BufferNames): Promise<Buffer>;
  realpath(path: FilePath, options?: TextNames): Promise<string>;

  stat(path: FilePath): Promise<Stats>;
  lstat(path: FilePath): Promise<Stats>;
  statfs(path: FilePath): Promise<StatsFs>;
  access(path: FilePath, mode?: number): Promise<void>;
  chmod(path: FilePath, mode: number): Promise<void>;
  /** -1 leaves the user or the group as it is. */
  chown(path: FilePath, uid: number, gid: number): Promise<void>;
  lchown(path: FilePath, uid: number, gid: number): Promise<void>;
  utimes(path: FilePath, accessed: FileTime, modified: FileTime): Promise<void>;
  lutimes(path: FilePath, accessed: FileTime, modified: FileTime): Promise<void>;
  truncate(path: FilePath, lengthBytes?: number): Promise<void>;

  /** Says goodbye to the server. What is under way fails. */
  close(): Promise<void>;
}

export interface ReadStreamOpen {
  readonly flags?: string | number | undefined;
  readonly mode?: number | undefined;
}

export type WriteStreamOpen = ReadStreamOpen;
