import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { counter, type Progress } from './progress.ts';
import type { TransferHandle } from './place.ts';

/** Files up to here are read as a whole: for many small ones that is quicker than a pair of streams for each. */
const wholeBytesMax = 256 * 1024;

/** Which of the two sides failed; the error itself is its cause. */
export class ContentFailure extends Error {
  readonly side: 'reading' | 'writing';

  constructor(side: 'reading' | 'writing', cause: unknown) {
    super(side, { cause });
    this.side = side;
  }
}

/** Copies everything; resolves when the target has it (on Fuga: durable). */
export async function copyContent(
  from: TransferHandle,
  to: TransferHandle,
  sizeBytes: number,
  progress: Progress,
): Promise<void> {
  if (sizeBytes > wholeBytesMax) {
    const source = from.createReadStream({ autoClose: false });
    await pour(source, to.createWriteStream({ autoClose: false }), progress);
    return;
  }
  const bytes = await from.readFile().catch(failed('reading'));
  if (bytes.length > 0) await to.writeFile(bytes).catch(failed('writing'));
  progress.advance(bytes.length);
}

/** Copies a stream to its end. */
export async function pour(
  source: Readable,
  target: NodeJS.WritableStream,
  progress: Progress,
  options: { readonly end?: boolean } = {},
): Promise<void> {
  let side: 'reading' | 'writing' = 'writing';
  source.once('error', () => {
    side = 'reading';
  });
  try {
    await pipeline(source, counter(progress), target, { end: options.end ?? true });
  } catch (error) {
    throw new ContentFailure(side, error);
  }
}

function failed(side: 'reading' | 'writing') {
  return (error: unknown): never => {
    throw new ContentFailure(side, error);
  };
}
