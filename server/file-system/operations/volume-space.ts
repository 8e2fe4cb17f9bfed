import { getState, type OperationContext } from '../context.ts';

/** Space of the disk below the volume. */
export interface DiskSpace {
  readonly totalBytes: number;
  readonly freeBytes: number;
  readonly availableBytes: number;
}

export interface VolumeSpace extends DiskSpace {
  readonly usedBytes: number;
  readonly usedInodes: number;
  /** Undefined: as many as the disk takes. */
  readonly totalInodes: number | undefined;
}

/** RFC 1094 §2.2.18: the disk's numbers, or the quota's where that is the tighter limit. */
export function volumeSpace(context: OperationContext, disk: DiskSpace): VolumeSpace {
  const { usedBytes, usedInodes, quota } = getState(context.transaction);
  const left = Math.max(0, (quota.bytes ?? Infinity) - usedBytes);
  return {
    totalBytes: Math.min(disk.totalBytes, quota.bytes ?? Infinity),
    freeBytes: Math.min(disk.freeBytes, left),
    availableBytes: Math.min(disk.availableBytes, left),
    usedBytes,
    usedInodes,
    totalInodes: quota.inodes,
  };
}
