import type { Environment } from '../../environment/environment.ts';
import { openHolder } from '../holder/engine-holder.ts';
import type { SpaceWatch } from '../holder/space-watch.ts';
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
    await folder.makeFolder(temporary);
    const source = highestAmong(await folder.list(paths.epochs));
    // A copy that came to nothing because the holder went on meanwhile is no failure: a claim would begin again.
    if (source === 0 || !(await engineFactory.copy(numbered(paths.epochs, source), temporary))) {
      return;
    }
    await lend(parts, temporary, availableBytes, use);
  } finally {
    await folder.removeTree(temporary);
  }
}

async function lend(
  { clock, timers, limits, engineFactory, claim }: RehearsalParts,
  directory: string,
  availableBytes: number,
  use: (holder: Holder) => Promise<void>,
): Promise<void> {
  const { writeBufferBytes } = limits;
  const holder = await openHolder({
    claim,
    engine: await engineFactory.open(directory, { writeBufferBytes, isScratch: true }),
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
