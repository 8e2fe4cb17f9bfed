import type { SeededRandom } from '../../../chaos/workload/seeded-random.ts';
import type { Scheduler } from '../core/scheduler.ts';
import type { FolderFaults } from '../disk/simulated-folder.ts';

/** An error that the next such operation of a process gets, once. */
export type ArmedFailure = 'append' | 'sync';

const slowOperations = new Set([
  'sync',
  'syncFolder',
  'writeFileSynced',
  'preallocate',
  'copyFileSynced',
]);
/** What a system answers from memory most of the time. */
const quickOperations = new Set([
  'list',
  'status',
  'readFile',
  'link',
  'rename',
  'unlink',
  'makeFolder',
  'removeTree',
  'openAppend',
  'openRead',
  'read',
  'space',
]);
const spikeShare = 0.01;
const atOnceShare = 0.8;
const spikeFactor = 20;

/** How the disk behaves towards one process. */
export class DiskFaults implements FolderFaults {
  readonly #scheduler: Scheduler;
  readonly #random: SeededRandom;
  /** Which part of the quick operations takes no step. */
  readonly #inTurnShare: number;
  #armed: ArmedFailure | undefined;
  #hangsUntilMs = 0;
  /** Reads too. */
  #allHangsUntilMs = 0;
  /** What becomes of operations under way when the process dies; undefined: left to chance. */
  underWay: 'done' | 'lost' | undefined;

  constructor(scheduler: Scheduler, random: SeededRandom, inTurnShare: number) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#inTurnShare = inTurnShare;
  }

  arm(failure: ArmedFailure): void {
    this.#armed = failure;
  }

  /** Syncs under way from now on take so long. */
  hang(forMs: number): void {
    this.#hangsUntilMs = this.#scheduler.nowMs + forMs;
  }

  /** Whatever is begun from now on takes so long. */
  hangAll(forMs: number): void {
    this.#allHangsUntilMs = this.#scheduler.nowMs + forMs;
  }

  heal(): void {
    this.#armed = undefined;
    this.#hangsUntilMs = 0;
    this.#allHangsUntilMs = 0;
  }

  latencyMs(operation: string): number {
    const isSlow = slowOperations.has(operation);
    const fraction = this.#random.fraction();
    const usualMs =
      (isSlow ? 0.2 + fraction : 0.01 + fraction * 0.05) *
      (this.#random.fraction() < spikeShare ? spikeFactor : 1);
    const untilMs = isSlow
      ? Math.max(this.#hangsUntilMs, this.#allHangsUntilMs)
      : this.#allHangsUntilMs;
    return Math.max(usualMs, untilMs - this.#scheduler.nowMs);
  }

  returnsAtOnce(): boolean {
    return this.#random.fraction() < atOnceShare;
  }

  isInTurn(operation: string): boolean {
    if (!quickOperations.has(operation) || this.#scheduler.nowMs < this.#allHangsUntilMs)
      return false;
    return this.#random.fraction() < this.#inTurnShare;
  }

  survives(): boolean {
    return this.underWay === undefined ? this.#random.fraction() < 0.5 : this.underWay === 'done';
  }

  /** Of its own log and tables only: an append to those is what a full or broken disk fails. */
  failure(operation: string): string | undefined {
    if (operation !== this.#armed) return undefined;
    this.#armed = undefined;
    return operation === 'append' ? 'ENOSPC' : 'EIO';
  }
}
