import type { Folder } from '../../environment/folder.ts';
import type { Random } from '../../environment/random.ts';
import { areaIdBytes } from '../holder/area-record.ts';
import { type Claim, type Claimant, StableAreaError } from '../stable-area.ts';
import { decodeClaim, encodeClaim, writeVerifierBytes } from './claim-file.ts';
import { systemCodeOf } from '../../environment/system-code.ts';
import { type AreaPaths, highestAmong, makingName, numbered } from './layout.ts';

/** A claim and the identity of its file, by which the holder knows it again. */
export interface LinkedClaim {
  readonly claim: Claim;
  readonly inode: bigint;
}

/** The claims of an area. They are never changed and never removed, so what was read once is true for ever. */
export class ClaimStore {
  readonly #folder: Folder;
  readonly #paths: AreaPaths;
  readonly #random: Random;
  #newest: Claim | undefined;

  constructor(folder: Folder, paths: AreaPaths, random: Random) {
    this.#folder = folder;
    this.#paths = paths;
    this.#random = random;
  }

  /** Undefined in an area that nobody claimed yet. */
  async highest(): Promise<Claim | undefined> {
    const epoch = highestAmong(await this.#folder.list(this.#paths.claims));
    if (epoch === 0) return undefined;
    if (this.#newest?.epoch !== epoch) {
      const bytes = await this.#folder.readFile(numbered(this.#paths.claims, epoch));
      this.#newest = decodeClaim(bytes, epoch);
    }
    return this.#newest;
  }

  /**
   * Links the next claim, exclusively, and makes it durable. Undefined when somebody else was faster. When it rejects the
   * claim may be linked all the same; then it fences, and whoever finds no directory below its number claims the next.
   */
  async linkNext(claimant: Claimant, highest: Claim | undefined): Promise<LinkedClaim | undefined> {
    const folder = this.#folder.inTurn ?? this.#folder;
    const { claims, epochs } = this.#paths;
    const highestVisible = highestAmong(await folder.list(epochs));
    if (highestVisible > (highest?.epoch ?? 0)) {
      // A directory becomes visible after its claim: either somebody has claimed meanwhile, or claims were removed.
      if (((await this.highest())?.epoch ?? 0) >= highestVisible) return undefined;
      throw new StableAreaError(
        'STABLE_AREA_CORRUPT',
        `epoch ${highestVisible} has a directory and no claim in ${claims}`,
      );
    }
    const claim = this.#next(claimant, highest);
    const own = numbered(claims, claim.epoch);
    const temporary = `${claims}/${makingName(claim.epoch, this.#random)}`;
    await folder.writeFileSynced(temporary, encodeClaim(claim));
    try {
      const made = await folder.status(temporary);
      if (made === undefined) return undefined;
      if (!(await linkIfFree(folder, temporary, own))) return undefined;
      // From here on the earlier holder is fenced, also after a power cut.
      await folder.syncFolder(claims);
      return { claim, inode: made.inode };
    } finally {
      await folder.unlink(temporary);
    }
  }

  #next(claimant: Claimant, highest: Claim | undefined): Claim {
    const { node, process, pairAddress, pid, startTime, namespace } = claimant;
    return {
      ...{ node, process, pairAddress, pid, startTime, namespace },
      epoch: (highest?.epoch ?? 0) + 1,
      areaId: highest?.areaId ?? this.#random.bytes(areaIdBytes),
      writeVerifier: this.#random.bytes(writeVerifierBytes),
    };
  }
}

async function linkIfFree(folder: Folder, temporary: string, own: string): Promise<boolean> {
  try {
    await folder.link(temporary, own);
    return true;
  } catch (error) {
    // ENOENT: the holder of a later epoch has cleaned up what we were making.
    const system = systemCodeOf(error);
    if (system === 'EEXIST' || system === 'ENOENT') return false;
    throw error;
  }
}
