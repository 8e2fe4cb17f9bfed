import type { Clock } from '../../environment/clock.ts';
import type { Folder, ReadFile, ReadUse } from '../../environment/folder.ts';
import { crc32 } from '../checksum.ts';
import { StableAreaError } from '../stable-area.ts';
import { type Location, type SegmentId, segmentName } from './location.ts';
import type { WarmLocation } from './warm-locations.ts';

/** Segments that are kept open for reading. */
const openFilesMax = 256;
/** Values that lie one after the other are read together up to this length. */
const readBytesMax = 4 * 1024 * 1024;
/**
 * So long a value that was written, or found to be what its checksum says, is read without another look: it comes from the same
 * pages of memory. The sum would be a fifth of what a READ costs.
 */
const verifiedForMs = 10_000;

interface OpenSegment {
  readonly file: Promise<ReadFile>;
  /** The same, once it is open. */
  opened: ReadFile | undefined;
  /** Reads under way. */
  uses: number;
  /** Nobody else will use it: closed with the last of them. */
  isLast: boolean;
}

/** Reads values by where they lie. */
export class SegmentReader {
  readonly #folder: Folder;
  readonly #clock: Clock;
  readonly #directory: string;
  /** Those used last are at the end. */
  readonly #open = new Map<string, OpenSegment>();

  constructor(folder: Folder, clock: Clock, directory: string) {
    this.#folder = folder;
    this.#clock = clock;
    this.#directory = directory;
  }

  /**
   * The values, in the order of the locations; those that lie one after the other are views of one piece. Rejects with
   * STABLE_AREA_CORRUPT where a value is not what its checksum says, and with the system's error, ENOENT where the segment is gone.
   */
  async read(locations: readonly Location[]): Promise<Buffer[]> {
    const pieces = await Promise.all(
      runsOf(locations).map(async (run) => {
        const [first] = run;
        if (first === undefined) return [];
        const bytes = await this.readAt(first, first.position, lengthOf(run));
        return run.map((location) => verified(pieceOf(bytes, location, first.position), location));
      }),
    );
    return pieces.flat();
  }

  /**
   * The same in the calling turn, or undefined where that cannot be: a segment is not open yet. Throws what `read` rejects with.
   */
  readNow(locations: readonly WarmLocation[], use: ReadUse): Buffer[] | undefined {
    const values: Buffer[] = [];
    const nowMs = this.#clock.monotonicMs();
    for (const run of runsOf(locations)) {
      const [first] = run;
      const file = first && this.#open.get(segmentName(first))?.opened;
      if (first === undefined || file?.readNow === undefined) return undefined;
      const bytes = file.readNow(first.position, lengthOf(run), use);
      for (const location of run) values.push(warmValueIn(bytes, location, first.position, nowMs));
    }
    return values;
  }

  /** Bytes of a segment; fewer at its end. */
  async readAt(segment: SegmentId, position: number, length: number): Promise<Buffer> {
    const name = segmentName(segment);
    const open = this.#use(name);
    open.uses += 1;
    try {
      const file = await open.file;
      open.opened = file;
      return await file.read(position, length);
    } catch (error) {
      this.#forget(name, open);
      throw error;
    } finally {
      open.uses -= 1;
      closeIfUnused(open);
    }
  }

  /** The segment is gone, or is about to go. */
  drop(segment: SegmentId): void {
    const name = segmentName(segment);
    const open = this.#open.get(name);
    if (open !== undefined) this.#forget(name, open);
  }

  close(): void {
    for (const [name, open] of this.#open) this.#forget(name, open);
  }

  #use(name: string): OpenSegment {
    const found = this.#open.get(name);
    this.#open.delete(name);
    const open: OpenSegment = found ?? {
      file: this.#folder.openRead(`${this.#directory}/${name}`),
      opened: undefined,
      uses: 0,
      isLast: false,
    };
    this.#open.set(name, open);
    if (this.#open.size > openFilesMax) {
      const [oldest] = this.#open;
      if (oldest !== undefined) this.#forget(...oldest);
    }
    return open;
  }

  #forget(name: string, open: OpenSegment): void {
    if (this.#open.get(name) === open) this.#open.delete(name);
    open.isLast = true;
    closeIfUnused(open);
  }
}

/** Nothing was written through it: what closing says does not matter. */
function closeIfUnused(open: OpenSegment): void {
  if (!open.isLast || open.uses > 0) return;
  void open.file.then((file) => file.close()).catch(() => undefined);
}

/** Values that lie one after the other, in the order given. */
function runsOf<L extends Location>(locations: readonly L[]): (readonly L[])[] {
  if (locations.length === 1) return [locations];
  const runs: L[][] = [];
  for (const location of locations) {
    const run = runs.at(-1);
    const first = run?.[0];
    const last = run?.at(-1);
    const end = location.position + location.length;
    const joins =
      first?.epoch === location.epoch &&
      first.number === location.number &&
      last !== undefined &&
      last.position + last.length === location.position &&
      end - first.position <= readBytesMax;
    if (joins) run?.push(location);
    else runs.push([location]);
  }
  return runs;
}

/** Of values that lie one after the other, all together. */
function lengthOf(run: readonly Location[]): number {
  return run.reduce((sum, { length }) => sum + length, 0);
}

function warmValueIn(bytes: Buffer, location: WarmLocation, start: number, nowMs: number): Buffer {
  const { verifiedMs, length } = location;
  const value = pieceOf(bytes, location, start);
  const isKnown = nowMs - verifiedMs < verifiedForMs;
  if (isKnown && value.length === length) return value;
  verified(value, location);
  location.verifiedMs = nowMs;
  return value;
}

function pieceOf(bytes: Buffer, { position, length }: Location, start: number): Buffer {
  const from = position - start;
  if (from === 0 && length === bytes.length) return bytes;
  return bytes.subarray(from, from + length);
}

/** Throws STABLE_AREA_CORRUPT where the value is not what its checksum says. */
export function verified(value: Buffer, location: Location): Buffer {
  if (value.length === location.length && crc32(value) === location.crc32) return value;
  throw new StableAreaError(
    'STABLE_AREA_CORRUPT',
    `the value at ${location.position} of segment ${segmentName(location)} is not what its checksum says`,
  );
}
