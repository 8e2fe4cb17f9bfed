import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import type { FileStatus, Folder, FolderSpace } from '../folder.ts';
import { systemCodeOf } from '../system-code.ts';

/** What of a folder can be done in the calling turn. */
export type FolderInTurn = Pick<
  Folder,
  | 'list'
  | 'status'
  | 'readFile'
  | 'writeFileSynced'
  | 'link'
  | 'rename'
  | 'unlink'
  | 'makeFolder'
  | 'removeTree'
  | 'syncFolder'
  | 'space'
>;

/** Every operation is over when its call returns; the promise is settled, and rejects with what the system said. */
export function nodeFolderInTurn(
  statusNow: (path: string) => FileStatus | undefined,
  spaceNow: (path: string) => FolderSpace,
): FolderInTurn {
  return {
    list: inTurn((path) => readdirSync(path)),
    status: inTurn(statusNow),
    readFile: inTurn((path) => readFileSync(path)),
    writeFileSynced: inTurn(createSynced),
    link: inTurn(linkSync),
    rename: inTurn(renameSync),
    unlink: inTurn(removeName),
    makeFolder: inTurn((path) => {
      mkdirSync(path, { recursive: true });
    }),
    removeTree: inTurn((path) => {
      rmSync(path, { recursive: true, force: true });
    }),
    syncFolder: inTurn((path) => {
      withFile(path, 'r', fsyncSync);
    }),
    space: inTurn(spaceNow),
  };
}

function inTurn<A extends unknown[], R>(
  operation: (...words: A) => R,
): (...words: A) => Promise<R> {
  // Async, so that what the operation throws becomes a rejection.
  return async (...words) => operation(...words);
}

/** A file that could not be completed is taken away again: its name would look like a whole one. */
function createSynced(path: string, bytes: Uint8Array): void {
  withFile(path, 'wx', (file) => {
    try {
      writeFileSync(file, bytes);
      fsyncSync(file);
    } catch (error) {
      removeName(path);
      throw error;
    }
  });
}

function removeName(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
  }
}

function withFile(path: string, flags: string, use: (file: number) => void): void {
  const file = openSync(path, flags);
  try {
    use(file);
  } finally {
    closeSync(file);
  }
}
