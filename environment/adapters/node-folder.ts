import { type BigIntStats, type BigIntStatsFs, statfsSync, statSync } from 'node:fs';
import {
  type FileHandle,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  statfs,
  unlink,
} from 'node:fs/promises';
import type { FileStatus, Folder, FolderSpace } from '../folder.ts';
import { systemCodeOf } from '../system-code.ts';
import { nodeFolderInTurn } from './node-folder-in-turn.ts';
import { appendFlags, NodeAppendFile, NodeReadFile, syncsEachAppend } from './node-files.ts';
import { cachedBytes } from './node-memory.ts';

const pieceBytes = 1024 * 1024;
/** What `st_blocks` counts in. */
const blockBytes = 512;

const viaThreads: Folder = {
  list: (path) => readdir(path),
  status,
  statusNow,
  readFile: (path) => readFile(path),
  writeFileSynced: (path, bytes) => createSynced(path, (file) => file.writeFile(bytes)),
  copyFileSynced,
  link: (from, to) => link(from, to),
  rename: (from, to) => rename(from, to),
  unlink: (path) => unlink(path).catch(ignoreMissing),

  async makeFolder(path) {
    await mkdir(path, { recursive: true });
  },

  removeTree: (path) => rm(path, { recursive: true, force: true }),
  syncFolder: (path) => withFile(path, 'r', (folder) => folder.sync()),
  space,
  preallocate,

  async openAppend(path) {
    const handle = await open(path, appendFlags);
    return new NodeAppendFile(handle, await sizeOf(handle), syncsEachAppend);
  },

  openRead: async (path) => new NodeReadFile(await open(path, 'r')),
  cachedBytes,
};

/** The system's local file systems. */
export const nodeFolder: Folder = {
  ...viaThreads,
  inTurn: { ...viaThreads, ...nodeFolderInTurn(statusNow, spaceNow) },
};

async function status(path: string): Promise<FileStatus | undefined> {
  try {
    return statusOf(await stat(path, { bigint: true }));
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function statusNow(path: string): FileStatus | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? undefined : statusOf(found);
}

function statusOf(found: BigIntStats): FileStatus {
  return {
    inode: found.ino,
    sizeBytes: Number(found.size),
    isDirectory: found.isDirectory(),
  };
}

// Not the system's own copying: that may share blocks with the original, and ask for space later.
// The size is taken once: whoever appends meanwhile would otherwise keep the copy running.
function copyFileSynced(from: string, to: string): Promise<void> {
  return withFile(from, 'r', async (source) => {
    const sizeBytes = await sizeOf(source);
    await createSynced(to, async (target) => {
      const piece = Buffer.allocUnsafeSlow(Math.min(pieceBytes, Math.max(sizeBytes, 1)));
      let offset = 0;
      while (offset < sizeBytes) {
        const length = Math.min(piece.length, sizeBytes - offset);
        const { bytesRead } = await source.read(piece, 0, length, offset);
        if (bytesRead === 0) break;
        await target.writeFile(piece.subarray(0, bytesRead));
        offset += bytesRead;
      }
    });
  });
}

async function space(path: string): Promise<FolderSpace> {
  return spaceOf(await statfs(path, { bigint: true }));
}

function spaceNow(path: string): FolderSpace {
  return spaceOf(statfsSync(path, { bigint: true }));
}

function spaceOf(found: BigIntStatsFs): FolderSpace {
  return {
    totalBytes: Number(found.blocks * found.bsize),
    freeBytes: Number(found.bfree * found.bsize),
    availableBytes: Number(found.bavail * found.bsize),
  };
}

// Node has no fallocate, and a file that is only set longer owns no blocks: zeros are written.
async function preallocate(path: string, sizeBytes: number): Promise<void> {
  await withFile(path, 'a+', async (file) => {
    const found = await file.stat();
    const isSparse = found.blocks * blockBytes < found.size;
    let offset = isSparse ? 0 : Math.min(found.size, sizeBytes);
    await file.truncate(offset);
    const zeros = Buffer.alloc(Math.min(pieceBytes, sizeBytes));
    while (offset < sizeBytes) {
      const { bytesWritten } = await file.write(
        zeros,
        0,
        Math.min(zeros.length, sizeBytes - offset),
      );
      offset += bytesWritten;
    }
    await file.sync();
  });
}

/** A file that could not be completed is taken away again: its name would look like a whole one. */
async function createSynced(
  path: string,
  fill: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const file = await open(path, 'wx');
  try {
    try {
      await fill(file);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await unlink(path).catch(() => undefined);
    throw error;
  }
}

async function withFile<T>(
  path: string,
  flags: string,
  use: (file: FileHandle) => Promise<T>,
): Promise<T> {
  const file = await open(path, flags);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function sizeOf(file: FileHandle): Promise<number> {
  return (await file.stat()).size;
}

function ignoreMissing(error: unknown): void {
  if (systemCodeOf(error) !== 'ENOENT') throw error;
}
