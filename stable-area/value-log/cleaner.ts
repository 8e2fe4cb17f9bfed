import type { Timers } from '../../environment/clock.ts';
import type { Folder } from '../../environment/folder.ts';
import type { Key } from '../stable-area.ts';
import { decodeFrames, frameFixedBytes, type Frames } from './frame.ts';
import { isSameLocation, type Location, type SegmentId, segmentName } from './location.ts';
import { type SegmentReader, verified } from './segment-reader.ts';
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
const wasteMax = 1 / 5;
/** From here on it is cleaned without a pause: calls make garbage faster than it goes. */
const wasteUrgent = 1 / 3;
/** Bytes and number of values moved by one commit, unless one value has more: calls wait behind it. */
const moveBytesMax = 512 * 1024;
const movesMax = 64;
/** Between two commits while there is time: some 50 MB/s at most. */
const pauseMsMax = 10;
/** What is read of a segment at once: headers, what is in use and what is not. */
const pieceBytes = 1024 * 1024;

/** Moves what is in use out of segments that are mostly not, so that they can go. */
export class Cleaner {
  readonly #parts: CleanerParts;
  /** Of finished segments. */
  readonly #sizes = new Map<string, number>();
  #freedBytes = 0;
  #isRunning = false;
  #stopped = false;
  /** For the segment that is being emptied. */
  #pauseMs = pauseMsMax;

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

  /** Each segment once: what could not be moved (a call is changing it, or it is damaged) cannot be moved a moment later. */
  async #run(): Promise<void> {
    const tried = new Set<string>();
    for (;;) {
      const victim = await this.#choose(tried);
      if (victim === undefined || !(await this.#empty(victim))) return;
      tried.add(segmentName(victim));
    }
  }

  /** The one with the smallest part in use, where all of them together take too much. */
  async #choose(tried: ReadonlySet<string>): Promise<SegmentId | undefined> {
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
      if (part < (emptiest?.part ?? 1) && !tried.has(segmentName(segment)))
        emptiest = { segment, bytes, part };
    }
    const isMuch = taken > inUse * (1 + wasteMax) + segmentBytesMax;
    if (this.#stopped || !isMuch || emptiest === undefined || !hasRoom(emptiest.bytes)) {
      return undefined;
    }
    const waste = (taken - segmentBytesMax) / inUse - 1;
    const urgency = Math.min(1, (waste - wasteMax) / (wasteUrgent - wasteMax));
    this.#pauseMs = pauseMsMax * (1 - urgency);
    return emptiest.segment;
  }

  /** False: the holder is lost. */
  async #empty(segment: SegmentId): Promise<boolean> {
    const size = await this.#sizeOf(segment);
    for (let at = 0; at < size; ) {
      const piece = await this.#pieceAt(segment, at, size);
      // What follows was never synced, and nothing names it.
      if (piece === undefined) break;
      const { frames, bytes } = piece;
      const entries = frames.entries.map(({ key, offset, ...entry }) => {
        return { key, from: { ...segment, ...entry, position: at + offset } };
      });
      const found = await this.#inUse(entries);
      const moves = found.map(({ key, from }): Move => {
        const start = from.position - at;
        return { key, from, value: verified(bytes.subarray(start, start + from.length), from) };
      });
      for (const together of commitsOf(moves)) if (!(await this.#move(together))) return false;
      at += frames.end;
    }
    return true;
  }

  async #move(moves: readonly Move[]): Promise<boolean> {
    if (this.#stopped || !(await this.#parts.move(moves))) return false;
    await new Promise<void>((resolve) => this.#parts.timers.after(this.#pauseMs, resolve));
    return true;
  }

  /** Frames from there on, as many as are read at once, or one that is longer. */
  async #pieceAt(
    segment: SegmentId,
    at: number,
    size: number,
  ): Promise<{ readonly frames: Frames; readonly bytes: Buffer } | undefined> {
    for (let wanted = pieceBytes; ; ) {
      const bytes = await this.#parts.reader.readAt(segment, at, wanted);
      const frames = decodeFrames(bytes);
      if (frames.end > 0) return { frames, bytes };
      const { nextBytesMin } = frames;
      if (nextBytesMin === undefined || at + nextBytesMin > size) return undefined;
      // Its header was cut off first, and then its values.
      if (nextBytesMin <= wanted) return undefined;
      wanted = nextBytesMin;
    }
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

function commitsOf(moves: readonly Move[]): Move[][] {
  const commits: Move[][] = [];
  let bytes = 0;
  for (const move of moves) {
    const last = commits.at(-1);
    bytes += move.value.length;
    if (last !== undefined && last.length < movesMax && bytes <= moveBytesMax) {
      last.push(move);
    } else {
      commits.push([move]);
      bytes = move.value.length;
    }
  }
  return commits;
}
