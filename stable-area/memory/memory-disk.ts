import type { Timers } from '../../environment/clock.ts';
import type { Claim } from '../stable-area.ts';
import type { MemoryEpoch } from './memory-epoch.ts';

export interface MemoryDiskOptions {
  /** How long a sync takes. 0 (the default): it ends in a later turn of the event loop. */
  readonly syncMs?: number;
  readonly totalBytes?: number;
  /** Below this much available space only calls that free space are admitted. */
  readonly reserveBytes?: number;
}

/** What a volume's processes share when it is kept in memory: one disk, whose faults a test decides. */
export class MemoryDisk {
  readonly totalBytes: number;
  readonly reserveBytes: number;
  /** A test fills the disk by lowering it. */
  availableBytes: number;
  /** How long each sync takes from now on. */
  syncMs: number;
  /** The claims in order: `claims[n - 1]` has epoch n. Written by the areas, read by tests. */
  readonly claims: Claim[] = [];
  /** The epochs whose directory is visible. */
  readonly epochs = new Map<number, MemoryEpoch>();
  #appendFailure: Error | undefined;
  #syncFailure: Error | undefined;
  #held: (() => void)[] | undefined;

  constructor(options: MemoryDiskOptions = {}) {
    this.totalBytes = options.totalBytes ?? 2 ** 40;
    this.availableBytes = this.totalBytes;
    this.reserveBytes = options.reserveBytes ?? 64 * 1024 * 1024;
    this.syncMs = options.syncMs ?? 0;
  }

  /** From now on no sync ends, until {@link releaseSyncs}. */
  holdSyncs(): void {
    this.#held ??= [];
  }

  /** The syncs that were held end, in order. */
  releaseSyncs(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const end of held) end();
  }

  /** Syncs that began and are held. */
  get heldSyncs(): number {
    return this.#held?.length ?? 0;
  }

  /** The next append fails, and nothing of it is found later. */
  failNextAppend(cause: Error = systemError('ENOSPC')): void {
    this.#appendFailure = cause;
  }

  /** The next sync fails. What was appended is found later all the same: the sync lost the answer, not the data. */
  failNextSync(cause: Error = systemError('EIO')): void {
    this.#syncFailure = cause;
  }

  /** Called by an engine before an append. */
  takeAppendFailure(): Error | undefined {
    const failure = this.#appendFailure;
    this.#appendFailure = undefined;
    return failure;
  }

  /** Called by an engine: waits as long as a sync takes. */
  sync(timers: Timers): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        if (this.#held !== undefined) {
          this.#held.push(end);
          return;
        }
        const failure = this.#syncFailure;
        this.#syncFailure = undefined;
        if (failure === undefined) resolve();
        else reject(failure);
      };
      if (this.syncMs > 0) timers.after(this.syncMs, end);
      else timers.soon(end);
    });
  }

  get highestEpoch(): number {
    return this.claims.length;
  }
}

export function createMemoryDisk(options: MemoryDiskOptions = {}): MemoryDisk {
  return new MemoryDisk(options);
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: as the test asked for`), { code });
}
