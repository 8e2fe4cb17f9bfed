import { strict as assert } from 'node:assert';
import type { Timer, Timers } from '../../environment/clock.ts';
import type { Folder, FolderSpace } from '../../environment/folder.ts';
import type { SpaceWatch } from '../holder/space-watch.ts';
import type { AreaPaths } from './layout.ts';
import type { FolderAreaLimits } from './limits.ts';

/** A byte of a record that is committed may be on the disk this often before a compaction has run: log, table, next table. */
const writeAmplification = 3;
/** Growth stops when less than this part of the reserve is left above it, and is admitted again above the other. */
const stopPart = 1 / 8;
const resumePart = 1 / 4;
/** The reserve grows by this part at a time, so that a new area's first calls do not wait behind zeros. */
const growthPart = 1 / 16;

export interface FolderSpaceParts {
  readonly folder: Folder;
  readonly timers: Timers;
  readonly paths: AreaPaths;
  readonly limits: FolderAreaLimits;
  /** Bytes that a takeover would copy now. */
  readonly copiedBytes: () => Promise<number>;
}

/**
 * Looks at the disk while an epoch is held: how much is free, whether calls that need space may be admitted, whether the
 * reserve can be made whole again. Between two looks it counts what was written.
 */
export class FolderSpaceWatch implements SpaceWatch {
  readonly #parts: FolderSpaceParts;
  #space: FolderSpace = { totalBytes: 0, freeBytes: 0, availableBytes: 0 };
  #reserveBytes = 0;
  #takeoverBytes = 0;
  #writtenBytes = 0;
  #admitsGrowth = false;
  #timer: Timer | undefined;
  #closed = false;

  private constructor(parts: FolderSpaceParts) {
    this.#parts = parts;
  }

  static async start(parts: FolderSpaceParts): Promise<FolderSpaceWatch> {
    const watch = new FolderSpaceWatch(parts);
    // A takeover waits for it. What the next one would copy can be counted later.
    await watch.#look(parts.folder.inTurn ?? parts.folder);
    watch.#schedule();
    return watch;
  }

  get admitsGrowth(): boolean {
    return this.#admitsGrowth;
  }

  get space(): FolderSpace {
    return this.#space;
  }

  get takeoverBytes(): number {
    return this.#takeoverBytes;
  }

  noteRecords(bytes: number): void {
    this.#note(bytes * writeAmplification);
  }

  noteValues(bytes: number): void {
    this.#note(bytes);
  }

  #note(bytes: number): void {
    assert(bytes >= 0);
    this.#writtenBytes += bytes;
    // Here it can only stop: that there is room again is seen by looking.
    if (this.#roomBytes() < this.#parts.limits.reserveBytes * stopPart) this.#admitsGrowth = false;
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  /** What is available beyond a whole reserve, as far as is known. */
  #roomBytes(): number {
    const { reserveBytes } = this.#parts.limits;
    const missing = Math.max(0, reserveBytes - this.#reserveBytes);
    return this.#space.availableBytes - missing - this.#writtenBytes;
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#timer = this.#parts.timers.after(this.#parts.limits.spacePollMs, () => {
      void this.#poll();
    });
  }

  async #poll(): Promise<void> {
    try {
      await this.#look(this.#parts.folder);
      this.#takeoverBytes = await this.#parts.copiedBytes();
      await this.#growReserve();
    } catch {
      // A disk that does not say how full it is counts as full. Whether it still works, the next commit tells.
      this.#admitsGrowth = false;
    }
    this.#schedule();
  }

  async #look(folder: Folder): Promise<void> {
    const { paths, limits } = this.#parts;
    // What is written while we look counts as written after it: too much for a moment, never too little.
    const writtenBefore = this.#writtenBytes;
    this.#space = await folder.space(paths.directory);
    this.#writtenBytes -= writtenBefore;
    this.#reserveBytes = (await folder.status(paths.reserve))?.sizeBytes ?? 0;
    const room = this.#roomBytes();
    if (room < limits.reserveBytes * stopPart) this.#admitsGrowth = false;
    else if (room >= limits.reserveBytes * resumePart) this.#admitsGrowth = true;
  }

  async #growReserve(): Promise<void> {
    const { folder, paths, limits } = this.#parts;
    const missing = limits.reserveBytes - this.#reserveBytes;
    if (this.#closed || missing <= 0 || this.#roomBytes() < limits.reserveBytes * resumePart) {
      return;
    }
    const part = Math.max(1, Math.ceil(limits.reserveBytes * growthPart));
    await folder.preallocate(paths.reserve, this.#reserveBytes + Math.min(missing, part));
  }
}
