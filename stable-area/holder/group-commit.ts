import { strict as assert } from 'node:assert';
import type { Clock, Timers } from '../../environment/clock.ts';
import { assertForeignKey } from '../keys.ts';
import { type BatchLimits, commitBytesMax, commitChangesMax } from '../limits.ts';
import type { Change, Key } from '../stable-area.ts';

export type BatchChanges = ReadonlyMap<Key, Uint8Array | undefined>;

export interface GroupCommitParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly limits: BatchLimits;
  /** The newest batch that is durable already; numbers go on from it. */
  readonly newestBatch: number;
  /** Writes one batch, synced. Called again only after it has resolved. */
  readonly write: (batch: number, changes: BatchChanges, bytes: number) => Promise<void>;
  readonly onDurable: (batch: number) => void;
  /** A write failed: final. Called at most once; nothing is written and nothing becomes durable any more. */
  readonly onFailed: (cause: Error) => void;
}

interface Batch {
  readonly number: number;
  readonly changes: Map<Key, Uint8Array | undefined>;
  readonly oldestCommitMs: number;
  bytes: number;
}

/**
 * Joins the commits that wait while a write is under way into the next write: one synced write at a time, as many
 * commits in each as came meanwhile.
 *
 * The first commit after a pause starts its write at the end of the current turn of the event loop (`timers.soon`),
 * not at once and not in a microtask: all calls that arrived with it, on any connection, then share its sync, and a
 * lone call pays some microseconds, while a sync costs hundreds.
 */
export class GroupCommit {
  readonly #parts: GroupCommitParts;
  /** Batches that are not being written yet, oldest first; commits join the last. */
  readonly #waiting: Batch[] = [];
  #writing: Batch | undefined;
  #startsSoon = false;
  #stopped = false;
  #durableBatch: number;
  #lastBatch = 0;
  #nextNumber: number;
  #drained: (() => void)[] = [];

  constructor(parts: GroupCommitParts) {
    assert(parts.newestBatch >= 0);
    this.#parts = parts;
    this.#durableBatch = parts.newestBatch;
    this.#nextNumber = parts.newestBatch + 1;
  }

  get durableBatch(): number {
    return this.#durableBatch;
  }

  get lastBatch(): number {
    return this.#lastBatch;
  }

  commit(changes: readonly Change[]): number {
    const bytes = assertSound(changes);
    if (this.#stopped) {
      // Never becomes durable: durableBatch does not move any more.
      this.#lastBatch = this.#nextNumber;
      return this.#lastBatch;
    }
    const batch = this.#batchFor(changes.length, bytes);
    for (const { key, value } of changes) {
      // The later change of a key wins. A batch is atomic, so the earlier value could never be seen.
      const { size } = batch.changes;
      const earlier = batch.changes.get(key);
      batch.changes.set(key, value);
      if (batch.changes.size === size) batch.bytes -= key.length + (earlier?.length ?? 0);
    }
    batch.bytes += bytes;
    this.#lastBatch = batch.number;
    this.#startSoon();
    return batch.number;
  }

  oldestCommitAgeMs(): number {
    const oldest = this.#writing ?? this.#waiting[0];
    if (oldest === undefined || this.#stopped) return 0;
    return Math.max(0, this.#parts.clock.monotonicMs() - oldest.oldestCommitMs);
  }

  /** Resolves when nothing waits any more: all is durable, or the writing was stopped. */
  drain(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  /** Starts no write any more; one that is under way may still reach the disk, but is never told. */
  stop(): void {
    this.#stopped = true;
    this.#waiting.length = 0;
    this.#releaseDrained();
  }

  #batchFor(changeCount: number, bytes: number): Batch {
    const last = this.#waiting.at(-1);
    if (last !== undefined) {
      const { batchBytesMax, batchChangesMax } = this.#parts.limits;
      const fits =
        last.bytes + bytes <= batchBytesMax && last.changes.size + changeCount <= batchChangesMax;
      if (fits) return last;
    }
    const batch: Batch = {
      number: this.#nextNumber,
      changes: new Map(),
      oldestCommitMs: this.#parts.clock.monotonicMs(),
      bytes: 0,
    };
    this.#nextNumber += 1;
    this.#waiting.push(batch);
    return batch;
  }

  #startSoon(): void {
    if (this.#startsSoon || this.#writing !== undefined) return;
    this.#startsSoon = true;
    this.#parts.timers.soon(() => {
      this.#startsSoon = false;
      this.#start();
    });
  }

  #start(): void {
    if (this.#stopped || this.#writing !== undefined) return;
    const batch = this.#waiting.shift();
    if (batch === undefined) return;
    assert(batch.number === this.#durableBatch + 1, 'batches are written in order, none left out');
    this.#writing = batch;
    this.#parts.write(batch.number, batch.changes, batch.bytes).then(
      () => {
        this.#written(batch);
      },
      (cause: unknown) => {
        this.#failed(cause);
      },
    );
  }

  #written(batch: Batch): void {
    if (this.#stopped) return;
    assert(this.#writing === batch);
    this.#writing = undefined;
    this.#durableBatch = batch.number;
    // The disk goes on first; who waited for this batch is told while it works.
    this.#start();
    this.#parts.onDurable(batch.number);
    if (this.#isIdle()) this.#releaseDrained();
  }

  #failed(cause: unknown): void {
    if (this.#stopped) return;
    this.stop();
    this.#parts.onFailed(cause instanceof Error ? cause : new Error(String(cause)));
  }

  #isIdle(): boolean {
    return this.#stopped || (this.#writing === undefined && this.#waiting.length === 0);
  }

  #releaseDrained(): void {
    const drained = this.#drained;
    this.#drained = [];
    for (const resolve of drained) resolve();
  }
}

/** The bytes of keys and values. */
function assertSound(changes: readonly Change[]): number {
  assert(changes.length <= commitChangesMax, `a commit of ${changes.length} changes`);
  let bytes = 0;
  for (const { key, value } of changes) {
    assertForeignKey(key);
    bytes += key.length + (value?.length ?? 0);
  }
  assert(bytes <= commitBytesMax, `a commit of ${bytes} bytes`);
  return bytes;
}
