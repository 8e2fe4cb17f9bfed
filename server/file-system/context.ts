import { strict as assert } from 'node:assert';
import type { Transaction } from '../../stable-area/records/record-store.ts';
import type { Principal } from './principal.ts';
import type { DirectoryInode, FileInode, Inode } from './records/inode.ts';
import { getInode } from './records/inode-records.ts';
import { onlyKey } from './records/keys.ts';
import { states, type VolumeState } from './records/volume-records.ts';
import { failure, type Outcome } from './status.ts';

/** What every operation works with, beside its own arguments. */
export interface OperationContext {
  readonly transaction: Transaction;
  readonly principal: Principal;
  /** System time, the same for all executions of one call. */
  readonly nowMicroseconds: number;
  /** False while the disk is nearly full: what needs space is refused. */
  readonly admitsGrowth: boolean;
  /** What a call beyond the quota is told: that the volume is full, or that a quota is. */
  readonly quotaStatus: 'NOSPC' | 'DQUOT';
}

/** An inode before and after an operation: version 3 shows both (RFC 1813 §2.6 wcc_data). */
export interface Change<I extends Inode> {
  readonly before: I;
  readonly after: I;
}

/** The inode that a handle names. What is not there any more is stale: numbers are never reused. */
export function openInode(context: OperationContext, ino: number): Outcome<{ inode: Inode }> {
  const inode = getInode(context.transaction, ino);
  return inode === undefined ? failure('STALE') : { status: 'ok', inode };
}

export function openDirectory(
  context: OperationContext,
  ino: number,
): Outcome<{ inode: DirectoryInode }> {
  const inode = getInode(context.transaction, ino);
  if (inode === undefined) return failure('STALE');
  return inode.type === 'directory' ? { status: 'ok', inode } : failure('NOTDIR');
}

/** A regular file, for its data. */
export function openFile(context: OperationContext, ino: number): Outcome<{ inode: FileInode }> {
  const inode = getInode(context.transaction, ino);
  if (inode === undefined) return failure('STALE');
  if (inode.type === 'regular') return { status: 'ok', inode };
  return failure(inode.type === 'directory' ? 'ISDIR' : 'INVAL');
}

export function getState(transaction: Transaction): VolumeState {
  const state = transaction.get(states, onlyKey);
  assert(state !== undefined, 'a volume is initialised before its first call');
  return state;
}
