import { valueOf } from './errors.ts';
import type { NodeHandle, ReadResult } from './nfs/nfs-protocol.ts';
import type { Session } from './session.ts';

/** Reads of one file that are under way at once, at first: whoever wants the beginning alone costs little. */
const readsAheadStart = 4;
/** And when it has turned out that more is wanted: each piece that is taken doubles them up to here. */
const readsAheadMax = 32;

export interface ReadRange {
  /** First byte. */
  readonly start: number;
  /** Byte after the last one; Infinity for the end of the file, wherever it is by then. */
  readonly end: number;
  /** How far the file was seen to go. Reads ahead stop here; past it they start small and grow, as it turns out longer. */
  readonly knownSizeBytes: number;
}

interface PendingRead {
  readonly offset: number;
  readonly count: number;
  readonly result: Promise<ReadResult>;
}

/** The bytes of a range in order, as views; ends early at the end of the file. Many reads are under way at a time. */
export async function* readPieces(
  session: Session,
  file: NodeHandle,
  range: ReadRange,
): AsyncGenerator<Buffer, void, undefined> {
  const pending: PendingRead[] = [];
  const pieceBytes = session.protocol.limits.readBytesMax;
  // Who names the end wants all of it.
  let readsAhead = range.end === Infinity ? readsAheadStart : readsAheadMax;
  let nextOffset = range.start;
  let horizon = range.knownSizeBytes;
  let pastHorizonBytes = pieceBytes;

  const askAhead = () => {
    while (pending.length < readsAhead && nextOffset < range.end) {
      if (nextOffset >= horizon && pending.length > 0) return;
      const count = Math.min(pieceBytes, range.end - nextOffset);
      pending.push(startRead(session, file, nextOffset, count));
      nextOffset += count;
    }
  };

  for (;;) {
    askAhead();
    const first = pending.shift();
    if (first === undefined) return;
    const { bytes, atEnd } = await first.result;
    if (bytes.length > 0) yield bytes;
    readsAhead = Math.min(2 * readsAhead, readsAheadMax);
    if (atEnd || bytes.length === 0) return;
    if (bytes.length < first.count) {
      // The server likes smaller pieces: go on from where it stopped.
      pending.length = 0;
      nextOffset = first.offset + bytes.length;
    } else if (nextOffset >= horizon) {
      pastHorizonBytes *= 2;
      horizon = nextOffset + pastHorizonBytes;
    }
  }
}

/** All of a range in one buffer that the caller owns. */
export async function readRange(
  session: Session,
  file: NodeHandle,
  range: ReadRange,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of readPieces(session, file, range)) pieces.push(piece);
  return Buffer.concat(pieces);
}

function startRead(session: Session, file: NodeHandle, offset: number, count: number): PendingRead {
  const result = session.window.run(async () =>
    valueOf(await session.protocol.read(file, offset, count)),
  );
  // Nobody waits for it any more when an earlier piece was the last.
  result.catch(() => undefined);
  return { offset, count, result };
}
