import { strict as assert } from 'node:assert';
import type { Folder } from '../../environment/folder.ts';
import type { Random } from '../../environment/random.ts';
import { writeAreaRecord } from '../holder/area-record.ts';
import type { KeyValueEngineFactory } from '../key-value-engine.ts';
import { type Claim, StableAreaError } from '../stable-area.ts';
import { type AreaPaths, highestAmong, makingName, numbered } from './layout.ts';
import type { FolderAreaLimits } from './limits.ts';

export interface EpochDirectoryParts {
  readonly folder: Folder;
  readonly random: Random;
  readonly paths: AreaPaths;
  readonly limits: FolderAreaLimits;
  readonly engineFactory: KeyValueEngineFactory;
}

/**
 * Builds the directory of the claim's epoch and makes it visible, durably. The claim is linked and synced already: only
 * so does the highest visible directory hold everything that was acknowledged. False when a higher claim came
 * meanwhile: then this epoch will acknowledge nothing, and what it would build nobody needs.
 */
export async function buildEpochDirectory(
  parts: EpochDirectoryParts,
  claim: Claim,
): Promise<boolean> {
  const { folder, random, paths } = parts;
  const own = numbered(paths.epochs, claim.epoch);
  const temporary = `${paths.epochs}/${makingName(claim.epoch, random)}`;
  try {
    if (!(await fill(parts, claim, temporary))) return false;
    await folder.rename(temporary, own);
  } finally {
    // Gone after the rename; else of no use to anybody. Where even this fails, the next holder cleans up.
    await folder.removeTree(temporary).catch(() => undefined);
  }
  await folder.syncFolder(paths.epochs);
  return true;
}

async function fill(parts: EpochDirectoryParts, claim: Claim, temporary: string): Promise<boolean> {
  const { folder, paths, limits, engineFactory } = parts;
  const next = numbered(paths.claims, claim.epoch + 1);
  for (let attempt = 0; attempt < limits.copyAttemptsMax; attempt += 1) {
    await folder.makeFolder(temporary);
    // Listed anew each time: the one that was highest may have become visible or been removed meanwhile. Never
    // claim.epoch - 1 without looking: that claimer may have died before it had a directory.
    const source = highestAmong(await folder.list(paths.epochs));
    assert(source !== claim.epoch, 'only the owner of a claim makes its directory');
    if (source > claim.epoch) return false;
    if (source === 0) {
      await makeEmpty(parts, claim, temporary);
      return true;
    }
    if (await engineFactory.copy(numbered(paths.epochs, source), temporary)) return true;
    await folder.removeTree(temporary);
    if ((await folder.status(next)) !== undefined) return false;
  }
  throw new StableAreaError(
    'STABLE_AREA_IO',
    `the directory of the epoch before ${claim.epoch} changed during ${limits.copyAttemptsMax} copies`,
  );
}

/** The engine of a new area, with its first batch: an empty directory would look like one that has lost everything. */
async function makeEmpty(
  { folder, limits, engineFactory }: EpochDirectoryParts,
  claim: Claim,
  temporary: string,
): Promise<void> {
  const { writeBufferBytes } = limits;
  const engine = await engineFactory.open(temporary, { writeBufferBytes });
  try {
    await writeAreaRecord(engine, claim.areaId, claim.epoch);
  } finally {
    await engine.close();
  }
  await folder.syncFolder(temporary);
}
