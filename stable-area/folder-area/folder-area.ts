import type { Environment } from '../../environment/environment.ts';
import { type EngineHolder, openHolder } from '../holder/engine-holder.ts';
import type { KeyValueEngine, KeyValueEngineFactory } from '../key-value-engine.ts';
import type {
  Claim,
  Claimant,
  ClaimOptions,
  ClaimOutcome,
  Holder,
  StableArea,
} from '../stable-area.ts';
import { ValueLog } from '../value-log/value-log.ts';
import { ClaimStore, type LinkedClaim } from './claim-store.ts';
import { removeLeftovers } from './cleaning.ts';
import { buildEpochDirectory } from './epoch-directory.ts';
import { createFenceCheck } from './fence.ts';
import { translated } from './folder-error.ts';
import { FolderSpaceWatch } from './folder-space.ts';
import { ensureArea } from './format-file.ts';
import { type AreaPaths, areaPaths, highestAmong, numbered } from './layout.ts';
import { type FolderAreaLimits, folderAreaLimits } from './limits.ts';
import { rehearseClaim } from './rehearsal.ts';
import { isRoomKept, keepRoom, type KeptRoom, proveRoom, writeProbe } from './room.ts';

export interface FolderAreaOptions
  extends Pick<Environment, 'clock' | 'timers' | 'random' | 'folder'> {
  /** Made when it does not exist. On a local file system: see DESIGN "Fence". */
  readonly directory: string;
  readonly engineFactory: KeyValueEngineFactory;
  readonly limits?: Partial<FolderAreaLimits>;
}

/** What the probe of a process that only asks whether the disk works writes. */
const smallProbeBytes = 4_096;
/** From the moment when clients can be served. */
const cleaningDelayMs = 500;

/**
 * The stable area in a directory of a local file system, over an embedded engine. Rejects with a StableAreaError:
 * STABLE_AREA_FORMAT when a newer program made it, STABLE_AREA_UNUSABLE when it is not an area and cannot become one.
 */
export async function openFolderArea(options: FolderAreaOptions): Promise<StableArea> {
  const paths = areaPaths(options.directory);
  await translated(`${paths.directory} cannot be opened`, () =>
    ensureArea(options.folder, paths, options.random),
  );
  return new FolderArea(options, paths, folderAreaLimits(options.limits));
}

class FolderArea implements StableArea {
  readonly #options: FolderAreaOptions;
  readonly #paths: AreaPaths;
  readonly #limits: FolderAreaLimits;
  readonly #claims: ClaimStore;
  #holder: EngineHolder | undefined;
  /** Kept since the rehearsal, so that a takeover need not write what it has to prove. */
  #room: KeptRoom | undefined;
  #isClaiming = false;
  /** Ends the pause before leftovers are removed. */
  #cleanNow: () => void = () => undefined;
  /** What goes on behind the callers' backs: cleaning, and the closing of engines that are not needed any more. */
  #background: Promise<unknown> = Promise.resolve();

  constructor(options: FolderAreaOptions, paths: AreaPaths, limits: FolderAreaLimits) {
    this.#options = options;
    this.#paths = paths;
    this.#limits = limits;
    this.#claims = new ClaimStore(options.folder, paths, options.random);
  }

  highestClaim(): Promise<{ readonly claim: Claim; readonly visible: boolean } | undefined> {
    return translated('the claims cannot be read', async () => {
      const claim = await this.#claims.highest();
      if (claim === undefined) return undefined;
      const status = await this.#options.folder.status(numbered(this.#paths.epochs, claim.epoch));
      return { claim, visible: status !== undefined };
    });
  }

  probe(): Promise<number> {
    const { clock, folder, random } = this.#options;
    return translated('the probe could not be written', async () => {
      const startMs = clock.monotonicMs();
      await writeProbe(folder, this.#paths, random, smallProbeBytes);
      return clock.monotonicMs() - startMs;
    });
  }

  async claim(claimant: Claimant, options: ClaimOptions = {}): Promise<ClaimOutcome> {
    this.#isClaiming = true;
    try {
      return await translated('the claim failed', () => this.#claim(claimant, options));
    } finally {
      await this.#giveRoomBack();
      this.#isClaiming = false;
    }
  }

  rehearse(use: (holder: Holder) => Promise<void>): Promise<void> {
    const rehearsal = translated('a takeover would fail', async () => {
      const claim = await this.#claims.highest();
      if (claim === undefined) return;
      const parts = { ...this.#options, paths: this.#paths, limits: this.#limits, claim };
      // First what helps most: there may not be time for the rest.
      await this.#keepRoom();
      try {
        await rehearseClaim(parts, use);
      } catch (error) {
        // The next holder takes away what is rehearsed of an earlier epoch: that is no failure.
        if ((await this.#claims.highest())?.epoch === claim.epoch) throw error;
      }
    });
    this.#alsoWaitFor(rehearsal.catch(() => undefined));
    return rehearsal;
  }

  async close(): Promise<void> {
    await this.#holder?.close();
    this.#cleanNow();
    await this.#background;
    await this.#giveRoomBack();
  }

  async #claim(claimant: Claimant, options: ClaimOptions): Promise<ClaimOutcome> {
    const { expected, proved, claimed, progress } = options;
    const { clock } = this.#options;
    let partStartMs = clock.monotonicMs();
    const ended = (part: 'probe' | 'claim' | 'copy' | 'open'): void => {
      const nowMs = clock.monotonicMs();
      progress?.(part, nowMs - partStartMs);
      partStartMs = nowMs;
    };

    if (!isExpected(await this.#claims.highest(), expected)) return this.#lost();
    await this.#proveRoom();
    ended('probe');

    const highest = await this.#claims.highest();
    if (!isExpected(highest, expected)) return this.#lost();
    proved?.();
    const linked = await this.#claims.linkNext(claimant, highest);
    if (linked === undefined) return this.#lost();
    // A holder of our own is fenced by it like any other; it need not find out by itself.
    this.#holder?.fence();
    // Under way before anything is copied; whether it is done nobody waits for.
    this.#alsoWaitFor(this.#giveRoomBack());
    ended('claim');
    claimed?.(linked.claim);

    const { folder } = this.#options;
    const parts = {
      ...this.#options,
      folder: folder.inTurn ?? folder,
      paths: this.#paths,
      limits: this.#limits,
    };
    if (!(await buildEpochDirectory(parts, linked.claim))) return this.#lost();
    ended('copy');

    const { holder, values } = await this.#open(linked);
    ended('open');
    // A higher claim may have come, and have copied what was here before our directory was visible.
    const confirmation = await holder.confirm();
    this.#alsoWaitFor(confirmation === 'fenced' ? holder.close() : this.#holder?.close());
    if (confirmation === 'fenced') return this.#lost();
    this.#holder = holder;
    this.#alsoWaitFor(this.#clean(holder, values));
    return { kind: 'held', holder };
  }

  async #lost(): Promise<ClaimOutcome> {
    return { kind: 'lost', highest: (await this.#claims.highest())?.epoch ?? 0 };
  }

  /** The copy and its replay write about as much as is copied, each. */
  async #proveRoom(): Promise<void> {
    const { folder, random, engineFactory } = this.#options;
    const source = highestAmong(await folder.list(this.#paths.epochs));
    const copied =
      source === 0 ? 0 : await engineFactory.copiedBytes(numbered(this.#paths.epochs, source));
    const bytes = 2 * copied + this.#limits.takeoverMarginBytes;
    // Of what was kept only the disk is in doubt: whether it still writes.
    const needed = (await isRoomKept(folder, this.#room, bytes)) ? smallProbeBytes : bytes;
    await proveRoom(folder, this.#paths, random, this.#limits, needed);
  }

  /** As much as a takeover can need when the logs are full. */
  async #keepRoom(): Promise<void> {
    if (!this.#mayTakeOver()) return;
    const { folder, random } = this.#options;
    const { writeBufferBytes, batchBytesMax, takeoverMarginBytes, reserveBytes } = this.#limits;
    // A log as long as it gets, copied and replayed. While a compaction runs there may be two, which are proved anew.
    const bytes = 2 * (writeBufferBytes + batchBytesMax) + takeoverMarginBytes;
    if (await isRoomKept(folder, this.#room, bytes)) return;
    await this.#giveRoomBack();
    const { availableBytes } = await folder.space(this.#paths.directory);
    if (availableBytes < 2 * reserveBytes) return;
    const room = await keepRoom(folder, this.#paths, random, bytes);
    this.#room = room;
    if (!this.#mayTakeOver()) await this.#giveRoomBack();
  }

  /** Neither the holder nor about to become it. */
  #mayTakeOver(): boolean {
    const isHeld = this.#holder !== undefined && this.#holder.loss === undefined;
    return !this.#isClaiming && !isHeld;
  }

  async #giveRoomBack(): Promise<void> {
    const room = this.#room;
    this.#room = undefined;
    if (room !== undefined) await this.#options.folder.unlink(room.path).catch(() => undefined);
  }

  async #open({ claim, inode }: LinkedClaim): Promise<OpenEpoch> {
    const { clock, timers, folder, engineFactory } = this.#options;
    const directory = numbered(this.#paths.epochs, claim.epoch);
    // At the same time: neither needs the other, and a takeover waits for both.
    const opening = this.#openRecords(claim.epoch, directory);
    const looking = FolderSpaceWatch.start({
      folder,
      timers,
      paths: this.#paths,
      limits: this.#limits,
      copiedBytes: () => engineFactory.copiedBytes(directory),
    });
    const [opened, looked] = await Promise.allSettled([opening, looking]);
    if (opened.status === 'rejected' || looked.status === 'rejected') {
      if (opened.status === 'fulfilled') await opened.value.engine.close();
      if (looked.status === 'fulfilled') looked.value.close();
      throw (opened.status === 'rejected' ? opened : (looked as PromiseRejectedResult)).reason;
    }
    const { engine, values } = opened.value;
    const space = looked.value;
    const holder = await openHolder({
      claim,
      engine,
      clock,
      timers,
      limits: this.#limits,
      checkFence: createFenceCheck(folder, this.#paths, claim.epoch, inode),
      space,
      values,
    });
    return { holder, values };
  }

  async #openRecords(
    epoch: number,
    directory: string,
  ): Promise<{ readonly engine: KeyValueEngine; readonly values: ValueLog }> {
    const { clock, timers, folder, engineFactory } = this.#options;
    const { writeBufferBytes, segmentBytesMax } = this.#limits;
    const engine = await engineFactory.open(directory, { writeBufferBytes });
    try {
      const { segments } = this.#paths;
      const parts = { folder, clock, timers, directory: segments, epoch, segmentBytesMax };
      return { engine, values: await ValueLog.open(parts, engine) };
    } catch (error) {
      await engine.close();
      throw error;
    }
  }

  /** What could not be removed is tried again by the next holder. */
  async #clean(holder: EngineHolder, values: ValueLog): Promise<void> {
    const { timers, folder, random } = this.#options;
    // The first calls after a takeover need the disk and the threads more.
    await new Promise<void>((resolve) => {
      const timer = timers.after(cleaningDelayMs, resolve);
      this.#cleanNow = () => {
        timer.cancel();
        resolve();
      };
    });
    const { epoch } = holder.claim;
    await removeLeftovers(folder, random, this.#paths, epoch).catch(() => undefined);
    await values.removeUnnamed().catch(() => undefined);
    await holder.dropDeleted();
  }

  #alsoWaitFor(task: Promise<void> | undefined): void {
    this.#background = Promise.all([this.#background, task]);
  }
}

interface OpenEpoch {
  readonly holder: EngineHolder;
  readonly values: ValueLog;
}

function isExpected(highest: Claim | undefined, expected: number | undefined): boolean {
  return expected === undefined || expected === (highest?.epoch ?? 0);
}
