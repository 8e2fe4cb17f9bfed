import type { Environment } from '../../environment/environment.ts';
import { areaIdBytes, writeAreaRecord } from '../holder/area-record.ts';
import { type EngineHolder, openHolder } from '../holder/engine-holder.ts';
import { type BatchLimits, defaultBatchLimits } from '../limits.ts';
import {
  type Claim,
  type Claimant,
  type ClaimOptions,
  type ClaimOutcome,
  type StableArea,
  StableAreaError,
} from '../stable-area.ts';
import type { MemoryDisk } from './memory-disk.ts';
import { MemoryEngine } from './memory-engine.ts';
import { MemoryEpoch } from './memory-epoch.ts';

export type MemoryAreaEnvironment = Pick<Environment, 'clock' | 'timers' | 'random'>;

/** One process's view of a disk in memory. */
export interface MemoryArea extends StableArea {
  /** Ends the process, as kill -9 does: its holder says nothing any more, and starts no further write. */
  kill(): void;
}

const writeVerifierBytes = 8;

/** A stable area in memory: for tests, and for services whose records need not outlive their machine. */
export function openMemoryArea(
  disk: MemoryDisk,
  environment: MemoryAreaEnvironment,
  limits: BatchLimits = defaultBatchLimits,
): MemoryArea {
  const { clock, timers, random } = environment;
  let holder: EngineHolder | undefined;
  let killed = false;

  /** A killed process gets no further than here. */
  const aliveOnly = (): Promise<void> =>
    killed ? new Promise(() => undefined) : Promise.resolve();

  const probe = async (): Promise<number> => {
    const startMs = clock.monotonicMs();
    if (disk.availableBytes <= 0) {
      throw new StableAreaError('STABLE_AREA_NO_SPACE', 'the disk in memory is full');
    }
    try {
      await disk.sync(timers);
    } catch (cause) {
      throw new StableAreaError('STABLE_AREA_IO', 'the probe could not be synced', { cause });
    }
    return clock.monotonicMs() - startMs;
  };

  const linkClaim = (claimant: Claimant): Claim => {
    const claim: Claim = {
      ...claimant,
      epoch: disk.highestEpoch + 1,
      areaId: disk.claims[0]?.areaId ?? random.bytes(areaIdBytes),
      writeVerifier: random.bytes(writeVerifierBytes),
    };
    disk.claims.push(claim);
    return claim;
  };

  const build = async (claim: Claim): Promise<MemoryEpoch> => {
    const source = disk.epochs.get(Math.max(0, ...disk.epochs.keys()));
    if (source !== undefined) return source.copy();
    const empty = new MemoryEpoch();
    try {
      await writeAreaRecord(new MemoryEngine(disk, empty, timers), claim.areaId, claim.epoch);
    } catch (cause) {
      throw new StableAreaError('STABLE_AREA_IO', 'the area could not be made', { cause });
    }
    return empty;
  };

  const open = (claim: Claim, epoch: MemoryEpoch): Promise<EngineHolder> =>
    openHolder({
      claim,
      engine: new MemoryEngine(disk, epoch, timers),
      clock,
      timers,
      limits,
      checkFence: () => (disk.highestEpoch > claim.epoch ? 'fenced' : 'held'),
      space: {
        get admitsGrowth() {
          return disk.availableBytes >= disk.reserveBytes;
        },
        get space() {
          const { totalBytes, availableBytes } = disk;
          return { totalBytes, availableBytes, freeBytes: availableBytes };
        },
        takeoverBytes: 0,
        noteRecords: () => undefined,
        noteValues: () => undefined,
        close: () => undefined,
      },
    });

  const claim = async (claimant: Claimant, options: ClaimOptions = {}): Promise<ClaimOutcome> => {
    const { expected, proved, claimed, progress } = options;
    let partStartMs = clock.monotonicMs();
    const ended = (part: 'probe' | 'claim' | 'copy' | 'open'): void => {
      const nowMs = clock.monotonicMs();
      progress?.(part, nowMs - partStartMs);
      partStartMs = nowMs;
    };
    const lost = (): ClaimOutcome => ({ kind: 'lost', highest: disk.highestEpoch });
    const isCurrent = (): boolean => expected === undefined || expected === disk.highestEpoch;

    if (!isCurrent()) return lost();
    await probe();
    await aliveOnly();
    ended('probe');
    if (!isCurrent()) return lost();
    proved?.();
    const made = linkClaim(claimant);
    holder?.fence();
    ended('claim');
    claimed?.(made);
    const epoch = await build(made);
    await aliveOnly();
    disk.epochs.set(made.epoch, epoch);
    ended('copy');
    const opened = await open(made, epoch);
    await aliveOnly();
    holder = opened;
    ended('open');
    if ((await opened.confirm()) === 'fenced') return lost();
    return { kind: 'held', holder: opened };
  };

  return {
    claim,
    probe,

    /** There is nothing to copy, and no code to compile in the process that matters. */
    rehearse: () => Promise.resolve(),

    async highestClaim() {
      const highest = disk.claims.at(-1);
      if (highest === undefined) return undefined;
      return { claim: highest, visible: disk.epochs.has(highest.epoch) };
    },

    async close() {
      await holder?.close();
    },

    kill() {
      killed = true;
      holder?.abandon();
    },
  };
}
