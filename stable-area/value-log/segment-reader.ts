import type { Folder, ReadFile, ReadUse } from '../../environment/folder.ts';
import { crc32 } from '../checksum.ts';
import { StableAreaError } from '../stable-area.ts';
import { type Location, type SegmentId, segmentName } from './location.ts';

/** Segments that are kept open for reading. */
const openFilesMax = 64;
/** Values that lie one after the other are read together up to this length. */
const readBytesMax = 4 * 1024 * 1024;

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
  readonly #directory: string;
  /** Those used last are at the end. */
  readonly #open = new Map<string, OpenSegment>();

  constructor(folder: Folder, directory: string) {
    this.#folder = folder;
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
        return run.map((location) => valueIn(bytes, location, first.position));
      }),
    );
    return pieces.flat();
  }

  /**
   * The same in the calling turn, or undefined where that cannot be: a segment is not open yet. Throws what `read` rejects with.
   */
  readNow(locations: readonly Location[], use: ReadUse): Buffer[] | undefined {
    const values: Buffer[] = [];
    for (const run of runsOf(locations)) {
      const [first] = run;
      const file = first && this.#open.get(segmentName(first))?.opened;
      if (first === undefined || file?.readNow === undefined) return undefined;
      const bytes = file.readNow(first.position, lengthOf(run), use);
      for (const location of run) values.push(valueIn(bytes, location, first.position));
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
function runsOf(locations: readonly Location[]): Location[][] {
  const runs: Location[][] = [];
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

function valueIn(bytes: Buffer, location: Location, start: number): Buffer {
  const from = location.position - start;
  const value = bytes.subarray(from, from + location.length);
  if (value.length === location.length && crc32(value) === location.crc32) return value;
  throw new StableAreaError(
    'STABLE_AREA_CORRUPT',
    `the value at ${location.position} of segment ${segmentName(location)} is not what its checksum says`,
  );
}
