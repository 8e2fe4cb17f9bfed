import { strict as assert } from 'node:assert';
import type { Clock, Timers } from '../../environment/clock.ts';
import type { Folder, ReadUse } from '../../environment/folder.ts';
import { crc32 } from '../checksum.ts';
import { isLocation, sealLocation, unsealLocation } from '../holder/value-format.ts';
import type { KeyValueEngine } from '../key-value-engine.ts';
import { isValueKey } from '../keys.ts';
import { valueBytesMax } from '../limits.ts';
import type { Change, Key } from '../stable-area.ts';
import { Cleaner, type Move } from './cleaner.ts';
import type { Entry } from './frame.ts';
import {
  decodeLocation,
  encodeLocation,
  isSameLocation,
  type Location,
  parseSegmentName,
  type SegmentId,
  segmentName,
} from './location.ts';
import { SegmentAppender } from './segment-appender.ts';
import { SegmentReader } from './segment-reader.ts';
import { SegmentUse, UseDifferences } from './segment-use.ts';
import { type WarmLocation, WarmLocations } from './warm-locations.ts';

export interface ValueLogParts {
  readonly folder: Folder;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Where the segments of all epochs are. */
  readonly directory: string;
  readonly epoch: number;
  readonly segmentBytesMax: number;
}

/** Of a folder that does not know. */
const cachedBytesGuess = 256 * 1024 * 1024;

/** What a batch whose records are not durable yet has in the log. */
interface PendingBatch {
  /** The last of its frames. */
  frame: number;
  /** The first of the segments that they are in. */
  readonly segment: number;
  /** Values that are only moved, and from where. */
  readonly moves: Map<Key, Location>;
  /** Where its values lie, from when it is written on; undefined for those that are gone. */
  readonly places: Map<Key, Location | undefined>;
}

/** How values are moved: as calls commit changes, so that a move is durable or has not happened. */
export interface Mover {
  readonly hasRoom: (bytes: number) => boolean;
  /** Takes these as `Holder.commit` does, and tells {@link ValueLog.joined} which they are. */
  readonly commit: (moves: readonly Move[]) => void;
}

/**
 * The values of records below `valuesPrefix`, apart from the records, as WiscKey has it: a value is appended to a segment
 * when its change is committed, the record says where it lies, and the segment is synced before the record is written.
 * Nobody writes into a segment of another epoch, so all holders share the folder, and a takeover copies none of it.
 */
export class ValueLog {
  /** Set by the holder. Without one nothing is cleaned. */
  mover: Mover | undefined;
  readonly #parts: ValueLogParts;
  readonly #engine: KeyValueEngine;
  readonly #use: SegmentUse;
  readonly #cleaner: Cleaner;
  /** What batches that are not written change below `valuesPrefix`, and the last of them that does. */
  readonly #changing = new Map<Key, number>();
  /** Called when all that was moved is durable, or will never be. */
  #moved: ((isDurable: boolean) => void) | undefined;
  readonly #namedAtOpen: ReadonlySet<string>;
  readonly #appender: SegmentAppender;
  readonly #reader: SegmentReader;
  readonly #warm: WarmLocations;
  /** In the order of their numbers. */
  readonly #pending = new Map<number, PendingBatch>();
  /** In use no more, as of the batch that is being written. */
  readonly #empty = new Map<string, SegmentId>();

  private constructor(parts: ValueLogParts, engine: KeyValueEngine, use: SegmentUse) {
    this.#parts = parts;
    this.#engine = engine;
    this.#use = use;
    this.#namedAtOpen = new Set(use.segments.map(({ segment }) => segmentName(segment)));
    this.#appender = new SegmentAppender(parts);
    this.#reader = new SegmentReader(parts.folder, parts.clock, parts.directory);
    this.#warm = new WarmLocations(parts.folder.cachedBytes ?? cachedBytesGuess, parts.clock);
    this.#cleaner = new Cleaner({
      ...parts,
      reader: this.#reader,
      use,
      locate: (keys) => this.#locate(keys),
      isFinished: (segment) => this.#isFinished(segment),
      hasRoom: (bytes) => this.mover?.hasRoom(bytes) ?? false,
      move: (moves) => this.#move(moves),
    });
  }

  /** `engine`: where the records are; the holder's. */
  static async open(parts: ValueLogParts, engine: KeyValueEngine): Promise<ValueLog> {
    return new ValueLog(parts, engine, await SegmentUse.load(engine));
  }

  /** Appends the values among these changes; what is returned says where they lie instead. */
  take(changes: readonly Change[]): readonly Change[] {
    const entries: Entry[] = [];
    for (const { key, value } of changes) {
      if (value !== undefined && isValueKey(key)) entries.push(entryOf(key, value));
    }
    if (entries.length === 0) return changes;
    const locations = this.#appender.append(entries);
    let taken = 0;
    return changes.map((change) => {
      if (change.value === undefined || !isValueKey(change.key)) return change;
      const location = locations[taken];
      assert(location !== undefined);
      taken += 1;
      return { key: change.key, value: encodeLocation(location) };
    });
  }

  /** What was taken last has become a part of this batch. `moves`: the changes that only move a value. */
  joined(batch: number, changes: readonly Change[], moves: readonly Move[] = []): void {
    for (const { key } of changes) if (isValueKey(key)) this.#changing.set(key, batch);
    const pending = this.#pending.get(batch) ?? {
      segment: this.#appender.segment,
      frame: 0,
      moves: new Map<Key, Location>(),
      places: new Map<Key, Location | undefined>(),
    };
    pending.frame = this.#appender.lastFrame;
    for (const { key, from } of moves) pending.moves.set(key, from);
    this.#pending.set(batch, pending);
  }

  /**
   * Waits until the batch's values are on the disk, and returns what is to be stored for its changes below `valuesPrefix`,
   * with what is in use of each segment from then on. One batch at a time, with everything before it written.
   */
  async prepare(
    batch: number,
    changes: ReadonlyMap<Key, Uint8Array | undefined>,
  ): Promise<Change[]> {
    const pending = this.#pending.get(batch);
    const own: Change[] = [];
    const before: Key[] = [];
    for (const [key, value] of changes) {
      if (!isValueKey(key)) continue;
      own.push({ key, value });
      if (value === undefined || pending?.moves.has(key) === true) before.push(key);
    }
    const synced = this.#appender.synced(pending?.frame ?? 0);
    const [located] = await Promise.all([this.#locate(before), synced]);
    const places = new Map(before.map((key, index) => [key, located[index]]));
    const differences = new UseDifferences();
    const stored: Change[] = [];
    let freedBytes = 0;
    for (const { key, value } of own) {
      const gone = places.get(key);
      const from = pending?.moves.get(key);
      // Deleted since the cleaner looked: a move must not bring it back.
      const isStale = from !== undefined && (gone === undefined || !isSameLocation(gone, from));
      if (isStale && value !== undefined) continue;
      if (gone !== undefined) {
        differences.note(gone, -gone.length);
        freedBytes += gone.length;
      }
      if (value === undefined) {
        pending?.places.set(key, undefined);
        stored.push({ key, value });
        continue;
      }
      const location = decodeLocation(value);
      pending?.places.set(key, location);
      differences.note(location, location.length);
      stored.push({ key, value: sealLocation(key, value) });
    }
    stored.push(...this.#use.add(differences));
    for (const { segment } of differences.bySegment) this.#noteUse(segment);
    this.#cleaner.noteFreed(freedBytes);
    return stored;
  }

  /** The batch is written. Returns the segments that nothing names any more and that nothing will be appended to. */
  written(batch: number): SegmentId[] {
    for (const [key, location] of this.#pending.get(batch)?.places ?? []) {
      this.#warm.written(key, location);
    }
    this.#pending.delete(batch);
    for (const [key, last] of this.#changing) if (last <= batch) this.#changing.delete(key);
    if (![...this.#pending.values()].some(({ moves }) => moves.size > 0)) this.#settleMoves(true);
    const unneeded = [...this.#empty.values()].filter((segment) => this.#isFinished(segment));
    for (const segment of unneeded) this.#empty.delete(segmentName(segment));
    return unneeded;
  }

  /** Values by where their records say that they lie. Rejects with ENOENT where a segment is gone. */
  read(locations: readonly Location[]): Promise<Buffer[]> {
    return this.#reader.read(locations);
  }

  /** Loads where values lie from the records: what is found is known from then on, as far as nothing newer is. */
  load<T>(look: (found: (key: Key, location: Location) => void) => Promise<T>): Promise<T> {
    return this.#warm.load(look);
  }

  /** What is durable of these, in the calling turn; undefined where not all of it was written or read lately. */
  readNow(keys: readonly Key[], use: ReadUse): Buffer[] | undefined {
    const locations: WarmLocation[] = [];
    for (const key of keys) {
      const location = this.#warm.get(key);
      if (location === undefined) return undefined;
      locations.push(location);
    }
    return this.#reader.readNow(locations, use);
  }

  /** Only after a check that began when nothing durable named them any more (DESIGN "Deletion is fenced too"). */
  async remove(segments: readonly SegmentId[]): Promise<void> {
    for (const segment of segments) {
      this.#reader.drop(segment);
      this.#cleaner.forget(segment);
      await this.#parts.folder.unlink(this.#pathOf(segmentName(segment)));
    }
  }

  /**
   * Removes the segments of earlier epochs that nothing names: what a holder appended and had not committed when it was
   * fenced, and what it had no time to remove. May be called under the same conditions as `removeLeftovers`.
   */
  async removeUnnamed(): Promise<void> {
    const { folder, directory, epoch } = this.#parts;
    for (const name of await folder.list(directory)) {
      const segment = parseSegmentName(name);
      const isLeft = segment !== undefined && segment.epoch < epoch && !this.#namedAtOpen.has(name);
      if (isLeft) await folder.unlink(this.#pathOf(name));
    }
  }

  close(): void {
    this.#cleaner.stop();
    this.#settleMoves(false);
    this.#appender.stop();
    this.#reader.close();
  }

  /** Of values that something else is changing nothing is moved: they are gone, or will be. */
  #move(moves: readonly Move[]): Promise<boolean> {
    const free = moves.filter(({ key }) => !this.#changing.has(key));
    if (free.length === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      this.#moved = resolve;
      this.mover?.commit(free);
    });
  }

  #settleMoves(isDurable: boolean): void {
    this.#moved?.(isDurable);
    this.#moved = undefined;
  }

  /** In the order of the keys; undefined where there is no value, or where the record holds it itself. */
  async #locate(keys: readonly Key[]): Promise<(Location | undefined)[]> {
    // Before anything is waited for: what is warm may leave meanwhile.
    const warm = keys.map((key) => this.#warm.get(key));
    const others = keys.filter((_, index) => warm[index] === undefined);
    if (others.length === 0) return warm;
    const stored = (await this.#engine.getMany(others)).values();
    return keys.map((key, index) => {
      const known = warm[index];
      if (known !== undefined) return known;
      const bytes = stored.next().value;
      if (bytes === undefined || !isLocation(bytes)) return undefined;
      return decodeLocation(unsealLocation(key, bytes));
    });
  }

  /** Nothing will be appended to it any more, and no batch that is not written lies in it. */
  #isFinished({ epoch, number }: SegmentId): boolean {
    const [oldest] = this.#pending.values();
    const firstNeeded = oldest?.segment ?? this.#appender.segment;
    return epoch < this.#parts.epoch || number < firstNeeded;
  }

  #noteUse(segment: SegmentId): void {
    const name = segmentName(segment);
    if (this.#use.isUsed(segment)) this.#empty.delete(name);
    else this.#empty.set(name, { epoch: segment.epoch, number: segment.number });
  }

  #pathOf(name: string): string {
    return `${this.#parts.directory}/${name}`;
  }
}

function entryOf(key: Key, value: Uint8Array): Entry {
  assert(value.length <= valueBytesMax, `a value of ${value.length} bytes`);
  return { key, value, crc32: crc32(value) };
}
