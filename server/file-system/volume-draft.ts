import { strict as assert } from 'node:assert';
import type { Transaction } from '../../stable-area/records/record-store.ts';
import { getState, type OperationContext } from './context.ts';
import { type FreeRecord, freeRecords } from './records/free-records.ts';
import type { Inode } from './records/inode.ts';
import { numberKey, onlyKey } from './records/keys.ts';
import { states, type VolumeState } from './records/volume-records.ts';
import { microsecondsOf, type Time, timeOf } from './time.ts';

type Mutable<T> = { -readonly [Field in keyof T]: T[Field] };

/** The volume's state while one operation changes it: numbers are taken from it, and `store` writes what came of it. */
export class VolumeDraft {
  readonly transaction: Transaction;
  readonly #context: Pick<OperationContext, 'admitsGrowth' | 'nowMicroseconds' | 'quotaStatus'>;
  readonly #state: Mutable<VolumeState>;

  constructor(
    context: Pick<
      OperationContext,
      'transaction' | 'admitsGrowth' | 'nowMicroseconds' | 'quotaStatus'
    >,
  ) {
    this.transaction = context.transaction;
    this.#context = context;
    const state = getState(context.transaction);
    // Field by field: V8 copies a spread through its runtime.
    this.#state = {
      nextIno: state.nextIno,
      nextContentId: state.nextContentId,
      usedBytes: state.usedBytes,
      usedInodes: state.usedInodes,
      quota: state.quota,
      clockMicroseconds: state.clockMicroseconds,
      freeHead: state.freeHead,
      freeTail: state.freeTail,
    };
  }

  /**
   * The time of a change to these inodes: the system's, unless the volume has seen a later one (another host's clock
   * was ahead), and at least a microsecond after each inode's last change. Clients tell by the ctime that something
   * changed.
   */
  stamp(...changed: readonly Inode[]): Time {
    let now = Math.max(this.#context.nowMicroseconds, this.#state.clockMicroseconds);
    for (const { ctime } of changed) now = Math.max(now, microsecondsOf(ctime) + 1);
    this.#state.clockMicroseconds = now;
    return timeOf(now);
  }

  get limitsBytes(): boolean {
    return this.#state.quota.bytes !== undefined;
  }

  /** Whether so many more bytes and inodes may be used. */
  refusesGrowth(bytes: number, inodes: number): 'NOSPC' | 'DQUOT' | undefined {
    const { quota, usedBytes, usedInodes } = this.#state;
    if (!this.#context.admitsGrowth) return 'NOSPC';
    const tooMany = bytes > 0 && quota.bytes !== undefined && usedBytes + bytes > quota.bytes;
    const tooManyInodes =
      inodes > 0 && quota.inodes !== undefined && usedInodes + inodes > quota.inodes;
    return tooMany || tooManyInodes ? this.#context.quotaStatus : undefined;
  }

  /** Counts a new inode and gives its number. */
  takeIno(): number {
    const ino = this.#state.nextIno;
    assert(Number.isSafeInteger(ino + 1), 'inode numbers do not run out');
    this.#state.nextIno = ino + 1;
    this.#state.usedInodes += 1;
    return ino;
  }

  returnInode(): void {
    this.#state.usedInodes -= 1;
  }

  takeContentId(): number {
    const id = this.#state.nextContentId;
    this.#state.nextContentId = id + 1;
    return id;
  }

  /** `bytes` may be negative. */
  addUsedBytes(bytes: number): void {
    this.#state.usedBytes += bytes;
  }

  /** Leaves content to be freed in steps. */
  queueFree(record: FreeRecord): void {
    const sequence = this.#state.freeTail;
    this.transaction.put(freeRecords, numberKey(sequence), record);
    this.#state.freeTail = sequence + 1;
  }

  /** The oldest content that waits to be freed, or undefined. */
  firstFree(): FreeRecord | undefined {
    const { freeHead, freeTail } = this.#state;
    if (freeHead === freeTail) return undefined;
    const record = this.transaction.get(freeRecords, numberKey(freeHead));
    assert(record !== undefined, 'the free queue has no gaps');
    return record;
  }

  /** Replaces the oldest record of the free queue; undefined: it is done. */
  setFirstFree(record: FreeRecord | undefined): void {
    const { freeHead } = this.#state;
    if (record !== undefined) {
      this.transaction.put(freeRecords, numberKey(freeHead), record);
      return;
    }
    this.transaction.delete(freeRecords, numberKey(freeHead));
    this.#state.freeHead = freeHead + 1;
  }

  /** Ends the draft, which gives its state away. Every operation that changes anything calls it: the clock has moved. */
  store(): void {
    this.transaction.put(states, onlyKey, this.#state);
  }
}
