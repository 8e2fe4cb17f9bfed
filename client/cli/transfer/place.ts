import * as localFs from 'node:fs/promises';
import type { FugaFs } from '../../file-system.ts';
import { joinPath } from '../byte-path.ts';

/** What of a file a transfer looks at. */
export interface TransferStats {
  readonly dev: number;
  readonly ino: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly atimeMs: number;
  readonly mtimeMs: number;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

/** An open file: what the handles of Node and ours have in common. */
export interface TransferHandle {
  stat(): Promise<TransferStats>;
  read(
    into: Buffer,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
  write(
    from: Buffer,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesWritten: number }>;
  readFile(): Promise<Buffer>;
  writeFile(data: Uint8Array): Promise<void>;
  chmod(mode: number): Promise<void>;
  utimes(accessed: number, modified: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Files on either side. The client library has the shape of `node:fs/promises`, so that a transfer is written once, for
 * both directions and for copies within Fuga.
 */
export interface TransferFs {
  open(path: Buffer, flags: string, mode?: number): Promise<TransferHandle>;
  stat(path: Buffer): Promise<TransferStats>;
  lstat(path: Buffer): Promise<TransferStats>;
  readdir(path: Buffer, options: 'buffer'): Promise<Buffer[]>;
  mkdir(path: Buffer, mode: number): Promise<unknown>;
  readlink(path: Buffer, options: 'buffer'): Promise<Buffer>;
  symlink(target: Buffer, path: Buffer): Promise<void>;
  realpath(path: Buffer, options: 'buffer'): Promise<Buffer>;
  unlink(path: Buffer): Promise<void>;
  rename(from: Buffer, to: Buffer): Promise<void>;
  chmod(path: Buffer, mode: number): Promise<void>;
  lchown(path: Buffer, uid: number, gid: number): Promise<void>;
  utimes(path: Buffer, accessed: number, modified: number): Promise<void>;
  lutimes(path: Buffer, accessed: number, modified: number): Promise<void>;
  rm(path: Buffer, options: { readonly recursive: boolean }): Promise<void>;
}

/** A directory that names are relative to. */
export interface Place {
  readonly fs: TransferFs;
  /** The name of the alias; undefined on this machine. */
  readonly alias: string | undefined;
  /** What `fs` wants for a name in this directory. */
  path(name: Buffer): Buffer;
  enter(name: Buffer): Promise<Place>;
}

/** A file that may or may not be there. */
export interface TransferFile {
  readonly place: Place;
  /** In the place; may be a path. */
  readonly name: Buffer;
  /** As the user would type it, for messages. */
  readonly label: Buffer;
}

export function localPlace(directory: Buffer): Place {
  const path = (name: Buffer): Buffer => (name[0] === 0x2f ? name : joinPath(directory, name));
  return {
    fs: localFs,
    alias: undefined,
    path,
    enter: (name) => Promise.resolve(localPlace(path(name))),
  };
}

/** `fs` is in the directory. */
export function remotePlace(alias: string, fs: FugaFs): Place {
  return {
    fs,
    alias,
    path: (name) => name,
    enter: async (name) => remotePlace(alias, await fs.cd(name)),
  };
}

export function fileIn(place: Place, parent: TransferFile, name: Buffer): TransferFile {
  return { place, name, label: joinPath(parent.label, name) };
}

export function pathIn({ place, name }: TransferFile): Buffer {
  return place.path(name);
}
