import { open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskControl } from './cluster.ts';
import { runTool } from './run-tool.ts';

/** Room for the reserve of the stable area, a takeover, and the files of a run: small enough to be filled in a moment. */
const diskBytes = 256 * 1024 * 1024;
const chunkBytes = 1024 * 1024;

/** A disk in memory, for the stable area alone. */
export interface SmallDisk extends DiskControl {
  unmount(): Promise<void>;
}

/** Mounts it on an empty folder. For isolated processes: nobody else sees the mount, and it ends with them. */
export async function mountSmallDisk(folder: string): Promise<SmallDisk> {
  await runTool('mount', '-t', 'tmpfs', '-o', `size=${diskBytes}`, 'fuga-chaos', folder);
  const ballast = join(folder, 'ballast');
  return {
    fill: (leftBytes) => fill(folder, ballast, leftBytes),
    free: () => rm(ballast, { force: true }),
    unmount: () => runTool('umount', folder),
  };
}

async function fill(folder: string, ballast: string, leftBytes: number): Promise<void> {
  const file = await open(ballast, 'w');
  try {
    for (;;) {
      const { bavail, bsize } = await statfs(folder);
      const bytes = Math.min(chunkBytes, bavail * bsize - leftBytes);
      if (bytes <= 0) return;
      await file.appendFile(Buffer.alloc(bytes));
    }
  } catch (error) {
    // The servers write too, so that the last bytes may be gone before we take them.
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    await file.close();
  }
}
