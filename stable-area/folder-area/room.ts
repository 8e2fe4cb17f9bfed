import type { Folder } from '../../environment/folder.ts';
import type { Random } from '../../environment/random.ts';
import { systemCodeOf } from '../../environment/system-code.ts';
import { asAreaError } from './folder-error.ts';
import { type AreaPaths, probeName } from './layout.ts';
import type { FolderAreaLimits } from './limits.ts';

/** A part of the reserve that is given up, or grown, at a time. */
const reserveParts = 4;

/** Writes and syncs that many bytes under a name of its own, and takes them away again. */
export async function writeProbe(
  folder: Folder,
  paths: AreaPaths,
  random: Random,
  bytes: number,
): Promise<void> {
  const probe = `${paths.directory}/${probeName(random)}`;
  try {
    await folder.preallocate(probe, bytes);
  } finally {
    await folder.unlink(probe);
  }
}

/** Space that one process has kept for its own takeover. */
export interface KeptRoom {
  readonly path: string;
  readonly bytes: number;
}

/** Keeps that much from now on. The next holder may take it away, which whoever kept it finds out by looking. */
export async function keepRoom(
  folder: Folder,
  paths: AreaPaths,
  random: Random,
  bytes: number,
): Promise<KeptRoom> {
  const path = `${paths.directory}/${probeName(random)}`;
  try {
    await folder.preallocate(path, bytes);
  } catch (error) {
    await folder.unlink(path);
    throw error;
  }
  return { path, bytes };
}

/** True if what was kept is enough, and still there. */
export async function isRoomKept(
  folder: Folder,
  room: KeptRoom | undefined,
  bytes: number,
): Promise<boolean> {
  if (room === undefined || room.bytes < bytes) return false;
  const status = await folder.status(room.path);
  return status !== undefined && status.sizeBytes >= bytes;
}

/**
 * Proves that a takeover has the room that it needs, before a claim fences whoever serves now. Where the disk is full the
 * reserve is given up, part by part: that is what it is for. Throws STABLE_AREA_NO_SPACE when all of it was not enough.
 */
export async function proveRoom(
  folder: Folder,
  paths: AreaPaths,
  random: Random,
  limits: FolderAreaLimits,
  bytes: number,
): Promise<void> {
  for (;;) {
    try {
      await writeProbe(folder, paths, random, bytes);
      return;
    } catch (error) {
      const system = systemCodeOf(error);
      const isFull = system === 'ENOSPC' || system === 'EDQUOT';
      if (!isFull || !(await giveUpReserve(folder, paths, limits, bytes))) {
        throw asAreaError(`${paths.directory} has no room for a takeover`, error);
      }
    }
  }
}

/** False when nothing was left to give up. */
async function giveUpReserve(
  folder: Folder,
  paths: AreaPaths,
  limits: FolderAreaLimits,
  bytes: number,
): Promise<boolean> {
  const sizeBytes = (await folder.status(paths.reserve))?.sizeBytes ?? 0;
  if (sizeBytes === 0) return false;
  const part = Math.max(bytes, Math.ceil(limits.reserveBytes / reserveParts));
  await folder.preallocate(paths.reserve, Math.max(0, sizeBytes - part));
  return true;
}
