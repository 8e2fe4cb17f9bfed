import { strict as assert } from 'node:assert';
import { type BatchLimits, defaultBatchLimits } from '../limits.ts';

const mebibyte = 1024 * 1024;

export interface FolderAreaLimits extends BatchLimits {
  /** Changes that the engine keeps in memory and in its log; a takeover copies and replays up to twice as much. */
  readonly writeBufferBytes: number;
  /** A segment of the value log is not appended to beyond this size; the last commit may exceed it. */
  readonly segmentBytesMax: number;
  /** Size of the reserve file, and so how much is left for takeovers and for freeing space when the disk is full. */
  readonly reserveBytes: number;
  /** What a takeover writes besides the copy and the replay: the claim, CURRENT, small blocks rounded up. */
  readonly takeoverMarginBytes: number;
  /** How often free space is looked at. */
  readonly spacePollMs: number;
  /** How often a copy begins again because the old holder changed its directory meanwhile. */
  readonly copyAttemptsMax: number;
}

export const defaultFolderAreaLimits: FolderAreaLimits = {
  ...defaultBatchLimits,
  writeBufferBytes: mebibyte,
  segmentBytesMax: 16 * mebibyte,
  reserveBytes: 64 * mebibyte,
  takeoverMarginBytes: mebibyte,
  spacePollMs: 1_000,
  copyAttemptsMax: 200,
};

/** LevelDB takes nothing below 64 KiB. */
const writeBufferBytesMin = 65_536;

export function folderAreaLimits(changed: Partial<FolderAreaLimits> = {}): FolderAreaLimits {
  const limits = { ...defaultFolderAreaLimits, ...changed };
  assert(limits.writeBufferBytes >= writeBufferBytesMin);
  assert(limits.reserveBytes >= 0 && limits.takeoverMarginBytes > 0);
  assert(limits.segmentBytesMax > 0);
  assert(limits.spacePollMs > 0 && limits.copyAttemptsMax > 0);
  assert(limits.batchBytesMax > 0 && limits.batchChangesMax > 0);
  return limits;
}
