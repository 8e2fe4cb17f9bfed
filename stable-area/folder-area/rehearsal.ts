import type { Environment } from '../../environment/environment.ts';
import { openHolder } from '../holder/engine-holder.ts';
import type { SpaceWatch } from '../holder/space-watch.ts';
import { SegmentUse } from '../value-log/segment-use.ts';
import { FolderSpaceWatch } from './folder-space.ts';
import type { KeyValueEngineFactory } from '../key-value-engine.ts';
import type { Claim, Holder } from '../stable-area.ts';
import { type AreaPaths, highestAmong, numbered, rehearsalName } from './layout.ts';
import type { FolderAreaLimits } from './limits.ts';

export interface RehearsalParts
  extends Pick<Environment, 'clock' | 'timers' | 'random' | 'folder'> {
  readonly paths: AreaPaths;
  readonly limits: FolderAreaLimits;
  readonly engineFactory: KeyValueEngineFactory;
  /** The highest one. */
  readonly claim: Claim;
}

/** Space that the rest of the disk must have: the reserve is no business of a rehearsal. */
const reservesLeft = 2;

/** Copies the highest visible epoch, opens the copy, lends it, and throws it away. */
export async function rehearseClaim(
  parts: RehearsalParts,
  use: (holder: Holder) => Promise<void>,
): Promise<void> {
  const { folder, random, paths, limits, engineFactory, claim } = parts;
  const { availableBytes } = await folder.space(paths.directory);
  if (availableBytes < reservesLeft * limits.reserveBytes) return;
  const temporary = `${paths.directory}/${rehearsalName(claim.epoch, random)}`;
  try {
    // A copy that came to nothing because the holder went on meanwhile is no failure: a claim would begin again, too.
    for (let attempt = 0; attempt < limits.copyAttemptsMax; attempt += 1) {
      await folder.makeFolder(temporary);
      const source = highestAmong(await folder.list(paths.epochs));
      if (source === 0) return;
      if (await engineFactory.copy(numbered(paths.epochs, source), temporary)) {
        await lend(parts, temporary, availableBytes, use);
        return;
      }
      await folder.removeTree(temporary);
    }
  } finally {
    await folder.removeTree(temporary);
  }
}

async function lend(
  parts: RehearsalParts,
  directory: string,
  availableBytes: number,
  use: (holder: Holder) => Promise<void>,
): Promise<void> {
  const { clock, timers, limits, engineFactory, claim } = parts;
  const { writeBufferBytes } = limits;
  const engine = await engineFactory.open(directory, { writeBufferBytes, isScratch: true });
  // What else an open reads.
  await SegmentUse.load(engine);
  (await FolderSpaceWatch.start({ ...parts, copiedBytes: async () => 0 })).close();
  const holder = await openHolder({
    claim,
    engine,
    clock,
    timers,
    limits,
    // Nothing that is said of it leaves the process.
    checkFence: () => 'held',
    space: spaceOnce(availableBytes),
  });
  try {
    await use(holder);
  } finally {
    await holder.close();
  }
}

/** As it was at the beginning. */
function spaceOnce(availableBytes: number): SpaceWatch {
  return {
    admitsGrowth: true,
    space: { totalBytes: availableBytes, freeBytes: availableBytes, availableBytes },
    takeoverBytes: 0,
    noteRecords: () => undefined,
    noteValues: () => undefined,
    close: () => undefined,
  };
}
