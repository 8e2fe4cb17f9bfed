import { strict as assert } from 'node:assert';
import type { Timers } from '../../environment/clock.ts';
import type { AppendFile, Folder } from '../../environment/folder.ts';
import { encodeFrameHeader, type Entry } from './frame.ts';
import { type Location, segmentName } from './location.ts';

export interface SegmentAppenderParts {
  readonly folder: Folder;
  readonly timers: Timers;
  /** The folder of all segments. */
  readonly directory: string;
  /** The own one: nobody else appends to its segments, and it has none yet. */
  readonly epoch: number;
  readonly segmentBytesMax: number;
}

interface Frame {
  readonly segment: number;
  readonly buffers: readonly Uint8Array[];
  readonly bytes: number;
}

/** Bytes of one append, unless a single frame has more. A sync of that many takes some ten times as long as a small one. */
const appendBytesMax = 8 * 1024 * 1024;

/**
 * Appends values to the segments of one epoch. Where a value will lie is known in the turn in which it is given; it is
 * there for sure once `synced` says so. What is given while an append and its sync are under way goes with the next ones.
 */
export class SegmentAppender {
  readonly #parts: SegmentAppenderParts;
  #segment = 1;
  #position = 0;
  readonly #waiting: Frame[] = [];
  /** Frames are numbered in order, from 1 on. */
  #lastFrame = 0;
  #syncedFrame = 0;
  #isRunning = false;
  #failure: Error | undefined;
  #stopped = false;
  #open: { readonly segment: number; readonly file: AppendFile } | undefined;
  #waiters: { frame: number; resolve: () => void; reject: (failure: Error) => void }[] = [];

  constructor(parts: SegmentAppenderParts) {
    assert(parts.segmentBytesMax > 0);
    this.#parts = parts;
  }

  /** The segment that is appended to. */
  get segment(): number {
    return this.#segment;
  }

  /** The number of the frame that was given last; 0 before the first. */
  get lastFrame(): number {
    return this.#lastFrame;
  }

  /** The values belong to the log from here on. */
  append(entries: readonly Entry[]): Location[] {
    if (this.#position >= this.#parts.segmentBytesMax) {
      this.#segment += 1;
      this.#position = 0;
    }
    const header = encodeFrameHeader(entries);
    const start = this.#position;
    let position = start + header.length;
    const locations = entries.map(({ value, crc32 }) => {
      const { epoch } = this.#parts;
      const at = { epoch, number: this.#segment, position, length: value.length, crc32 };
      position += value.length;
      return at;
    });
    this.#position = position;
    const buffers = [header, ...entries.map(({ value }) => value)];
    this.#waiting.push({ segment: this.#segment, buffers, bytes: position - start });
    this.#lastFrame += 1;
    this.#startSoon();
    return locations;
  }

  /** Resolves when all frames up to this one are on the disk. Rejects when an append or a sync failed, which is final. */
  synced(frame: number): Promise<void> {
    if (frame <= this.#syncedFrame) return Promise.resolve();
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiters.push({ frame, resolve, reject });
    });
  }

  /** Appends nothing any more that is not being appended. */
  stop(): void {
    this.#stopped = true;
    this.#waiting.length = 0;
    if (!this.#isRunning) this.#closeFile();
  }

  /** At the end of the turn: what arrives with the first one shares its sync. */
  #startSoon(): void {
    if (this.#isRunning || this.#stopped) return;
    this.#isRunning = true;
    this.#parts.timers.soon(() => {
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    try {
      while (this.#waiting.length > 0) await this.#appendSome();
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
    this.#isRunning = false;
    if (this.#stopped) this.#closeFile();
  }

  async #appendSome(): Promise<void> {
    const frames = this.#takeFrames();
    const file = await this.#fileOf(frames[0]?.segment ?? 0);
    await file.append(frames.flatMap(({ buffers }) => buffers));
    await file.sync();
    this.#syncedFrame += frames.length;
    const waiters = this.#waiters;
    this.#waiters = waiters.filter(({ frame }) => frame > this.#syncedFrame);
    for (const { frame, resolve } of waiters) if (frame <= this.#syncedFrame) resolve();
  }

  /** The oldest ones, of one segment. */
  #takeFrames(): Frame[] {
    const segment = this.#waiting[0]?.segment;
    let bytes = 0;
    let count = 0;
    for (const frame of this.#waiting) {
      if (frame.segment !== segment || (count > 0 && bytes + frame.bytes > appendBytesMax)) break;
      bytes += frame.bytes;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #fileOf(segment: number): Promise<AppendFile> {
    if (this.#open?.segment === segment) return this.#open.file;
    const { folder, directory, epoch } = this.#parts;
    this.#closeFile();
    const file = await folder.openAppend(`${directory}/${segmentName({ epoch, number: segment })}`);
    this.#open = { segment, file };
    // Before anything names what is in it.
    await folder.syncFolder(directory);
    return file;
  }

  #fail(failure: Error): void {
    this.#failure = failure;
    this.stop();
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { reject } of waiters) reject(failure);
  }

  /** It is synced as far as anybody knows, so what closing says does not matter. */
  #closeFile(): void {
    this.#open?.file.close().catch(() => undefined);
    this.#open = undefined;
  }
}
