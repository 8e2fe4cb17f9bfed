import { closeSync, fdatasyncSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** What the disk itself can do, one synced write after the other: the measure for everything durable. */
export interface DiskRates {
  /** 4 KiB append + fdatasync, per second. */
  readonly syncsPerSecond: number;
  /** 1 MiB append + fdatasync, in MB/s. */
  readonly writeMbPerSecond: number;
}

export function measureDisk(folder: string, durationMs: number): DiskRates {
  return {
    syncsPerSecond: syncedWritesPerSecond(folder, 4_096, durationMs),
    writeMbPerSecond: syncedWritesPerSecond(folder, 1_048_576, durationMs) * 1.048_576,
  };
}

function syncedWritesPerSecond(folder: string, bytes: number, durationMs: number): number {
  const path = join(folder, `disk-${bytes}`);
  const file = openSync(path, 'w');
  const buffer = Buffer.alloc(bytes, 0x5a);
  let writes = 0;
  const startMs = performance.now();
  try {
    while (performance.now() - startMs < durationMs) {
      writeSync(file, buffer);
      fdatasyncSync(file);
      writes += 1;
    }
  } finally {
    closeSync(file);
    unlinkSync(path);
  }
  return writes / ((performance.now() - startMs) / 1_000);
}
