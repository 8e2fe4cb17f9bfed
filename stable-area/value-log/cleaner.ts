import type { Timers } from '../../environment/clock.ts';
import type { Folder } from '../../environment/folder.ts';
import type { Key } from '../stable-area.ts';
import { decodeFrameHeader, frameFixedBytes, frameHeaderBytes } from './frame.ts';
import { isSameLocation, type Location, type SegmentId, segmentName } from './location.ts';
import type { SegmentReader } from './segment-reader.ts';
import type { SegmentUse } from './segment-use.ts';

/** A value that is to be appended again, because little else of its segment is in use. */
export interface Move {
  readonly key: Key;
  readonly value: Buffer;
  readonly from: Location;
}

export interface CleanerParts {
  readonly folder: Folder;
  readonly timers: Timers;
  readonly directory: string;
  readonly reader: SegmentReader;
  readonly use: SegmentUse;
  readonly segmentBytesMax: number;
  /** Where the records of these keys say that their values lie. */
  readonly locate: (keys: readonly Key[]) => Promise<(Location | undefined)[]>;
  /** Nothing will be appended to it any more, and no batch that is not written lies in it. */
  readonly isFinished: (segment: SegmentId) => boolean;
  readonly hasRoom: (bytes: number) => boolean;
  /** Moves what still lies where it did, in one commit; resolves when that is durable. False: the holder is lost. */
  readonly move: (moves: readonly Move[]) => Promise<boolean>;
}

/** Segments may take this part of what is in use more, and one segment; beyond, the emptiest is cleaned. */
const wasteMax = 1 / 3;
/** Bytes of values moved by one commit, unless one value has more; a WRITE of the largest size has as many. */
const moveBytesMax = 1024 * 1024;
/** Between two commits, so that calls do not wait behind cleaning: some 50 MB/s at most. */
const pauseMs = 20;
/** What is read of a frame at first: most headers are shorter. */
const headerGuessBytes = 4_096;

/** Moves what is in use out of segments that are mostly not, so that they can go. */
export class Cleaner {
  readonly #parts: CleanerParts;
  /** Of finished segments. */
  readonly #sizes = new Map<string, number>();
  #freedBytes = 0;
  #isRunning = false;
  #stopped = false;

  constructor(parts: CleanerParts) {
    this.#parts = parts;
  }

  /** So many bytes are in use no more. */
  noteFreed(bytes: number): void {
    this.#freedBytes += bytes;
    const { segmentBytesMax } = this.#parts;
    if (this.#isRunning || this.#stopped || this.#freedBytes < segmentBytesMax / 8) return;
    this.#isRunning = true;
    this.#freedBytes = 0;
    // What fails here fails for the calls too, or is tried again later.
    void this.#run()
      .catch(() => undefined)
      .finally(() => {
        this.#isRunning = false;
      });
  }

  stop(): void {
    this.#stopped = true;
  }

  async #run(): Promise<void> {
    for (;;) {
      const victim = await this.#choose();
      if (victim === undefined || !(await this.#empty(victim))) return;
    }
  }

  /** The one with the smallest part in use, where all of them together take too much. */
  async #choose(): Promise<SegmentId | undefined> {
    const { use, isFinished, hasRoom, segmentBytesMax } = this.#parts;
    let inUse = 0;
    let taken = 0;
    let emptiest: { readonly segment: SegmentId; readonly bytes: number; part: number } | undefined;
    for (const { segment, bytes } of use.segments) {
      if (!isFinished(segment)) continue;
      const size = await this.#sizeOf(segment);
      inUse += bytes;
      taken += size;
      const part = bytes / size;
      if (part < (emptiest?.part ?? 1)) emptiest = { segment, bytes, part };
    }
    const isMuch = taken > inUse * (1 + wasteMax) + segmentBytesMax;
    if (this.#stopped || !isMuch || emptiest === undefined || !hasRoom(emptiest.bytes)) {
      return undefined;
    }
    return emptiest.segment;
  }

  /** False: the holder is lost. */
  async #empty(segment: SegmentId): Promise<boolean> {
    const size = await this.#sizeOf(segment);
    let found: { readonly key: Key; readonly from: Location }[] = [];
    let bytes = 0;
    for (let at = 0; at < size; ) {
      const frame = await this.#frameAt(segment, at, size);
      // What follows was never synced, and nothing names it.
      if (frame === undefined) break;
      for (const entry of await this.#inUse(frame.entries)) {
        if (bytes > 0 && bytes + entry.from.length > moveBytesMax) {
          if (!(await this.#move(found))) return false;
          found = [];
          bytes = 0;
        }
        found.push(entry);
        bytes += entry.from.length;
      }
      at = frame.end;
    }
    return this.#move(found);
  }

  async #move(found: readonly { readonly key: Key; readonly from: Location }[]): Promise<boolean> {
    if (this.#stopped) return false;
    if (found.length === 0) return true;
    const { reader, move, timers } = this.#parts;
    const values = await reader.read(found.map(({ from }) => from));
    const moves = found.map(({ key, from }, index): Move => {
      return { key, from, value: values[index] ?? Buffer.alloc(0) };
    });
    if (!(await move(moves))) return false;
    await new Promise<void>((resolve) => timers.after(pauseMs, resolve));
    return true;
  }

  async #frameAt(
    segment: SegmentId,
    at: number,
    size: number,
  ): Promise<
    | { readonly entries: { readonly key: Key; readonly from: Location }[]; readonly end: number }
    | undefined
  > {
    const { reader } = this.#parts;
    let header = await reader.readAt(segment, at, headerGuessBytes);
    const length = frameHeaderBytes(header);
    if (length === undefined || at + length > size) return undefined;
    if (length > header.length) header = await reader.readAt(segment, at, length);
    const entries = decodeFrameHeader(header.subarray(0, length));
    if (header.length < length || entries === undefined) return undefined;
    return {
      entries: entries.map(({ key, offset, ...entry }) => {
        return { key, from: { ...segment, ...entry, position: at + offset } };
      }),
      end: at + entries.reduce((end, entry) => end + entry.length, length),
    };
  }

  async #inUse(
    entries: readonly { readonly key: Key; readonly from: Location }[],
  ): Promise<{ readonly key: Key; readonly from: Location }[]> {
    const locations = await this.#parts.locate(entries.map(({ key }) => key));
    return entries.filter(({ from }, index) => {
      const location = locations[index];
      return location !== undefined && isSameLocation(location, from);
    });
  }

  async #sizeOf(segment: SegmentId): Promise<number> {
    const name = segmentName(segment);
    const known = this.#sizes.get(name);
    if (known !== undefined) return known;
    const { folder, directory } = this.#parts;
    const size = (await folder.status(`${directory}/${name}`))?.sizeBytes ?? frameFixedBytes;
    this.#sizes.set(name, size);
    return size;
  }

  /** The segment is gone. */
  forget(segment: SegmentId): void {
    this.#sizes.delete(segmentName(segment));
  }
}
