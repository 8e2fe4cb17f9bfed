import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { mapWithin } from '../../window.ts';
import type { TransferHandle } from './place.ts';
import { counter, type Progress } from './progress.ts';

/** Files up to here are read as a whole; larger ones in pieces of this size. Each is many calls at once on Fuga's side. */
const pieceBytes = 256 * 1024;
/** Pieces of one file that are under way at once. */
const piecesMax = 4;

/** Which of the two sides failed; the error itself is its cause. */
export class ContentFailure extends Error {
  readonly side: 'reading' | 'writing';

  constructor(side: 'reading' | 'writing', cause: unknown) {
    super(side, { cause });
    this.side = side;
  }
}

/** Copies everything; resolves when the target has it (on Fuga: durable). `sizeBytes`: as the source was last seen. */
export async function copyContent(
  from: TransferHandle,
  to: TransferHandle,
  sizeBytes: number,
  progress: Progress,
): Promise<void> {
  if (sizeBytes <= pieceBytes) {
    const bytes = await from.readFile().catch(failed('reading'));
    if (bytes.length > 0) await to.writeFile(bytes).catch(failed('writing'));
    progress.advance(bytes.length);
    return;
  }
  const count = Math.ceil(sizeBytes / pieceBytes);
  const offsets = Array.from({ length: count }, (_, index) => index * pieceBytes);
  await mapWithin(piecesMax, offsets, (offset) => copyPiece(from, to, offset, progress));
  // A file that somebody appends to may have become longer meanwhile.
  let offset = count * pieceBytes;
  while ((await copyPiece(from, to, offset, progress)) > 0) offset += pieceBytes;
}

/** Gives the number of bytes that there were. */
async function copyPiece(
  from: TransferHandle,
  to: TransferHandle,
  offset: number,
  progress: Progress,
): Promise<number> {
  const piece = Buffer.allocUnsafe(pieceBytes);
  let filled = 0;
  while (filled < pieceBytes) {
    const { bytesRead } = await from
      .read(piece, filled, pieceBytes - filled, offset + filled)
      .catch(failed('reading'));
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  for (let written = 0; written < filled; ) {
    const { bytesWritten } = await to
      .write(piece, written, filled - written, offset + written)
      .catch(failed('writing'));
    written += bytesWritten;
  }
  progress.advance(filled);
  return filled;
}

/** Copies a stream to its end. */
export async function pour(
  source: Readable,
  target: NodeJS.WritableStream,
  progress: Progress,
): Promise<void> {
  let side: 'reading' | 'writing' = 'writing';
  source.once('error', () => {
    side = 'reading';
  });
  try {
    await pipeline(source, counter(progress), target);
  } catch (error) {
    throw new ContentFailure(side, error);
  }
}

function failed(side: 'reading' | 'writing') {
  return (error: unknown): never => {
    throw new ContentFailure(side, error);
  };
}
