/** The public face of `fuga/client`: files in the shape of `node:fs/promises`, that outlive their servers. */
export { constants } from './adapters/constants.ts';
export { type AliasOptions, connect, type ConnectOptions, openAlias } from './connect.ts';
export type { CacheOptions } from './cache/cache-options.ts';
export { Dir } from './dir.ts';
export { Dirent } from './dirent.ts';
export { type FileErrorCode, FileSystemError } from './errors.ts';
export { FileHandle } from './file-handle.ts';
export type { FugaFs } from './file-system.ts';
export type { Identity } from './nfs/permission.ts';
export { openSession, type SessionOptions } from './open-session.ts';
export type { FileReadStream } from './read-stream.ts';
export { Stats, type StatsFs } from './stats.ts';
export type { FileWriteStream } from './write-stream.ts';
