import { getHeapStatistics } from 'node:v8';
import fc from 'fast-check';
import { decodeAll } from '../../xdr/decode.ts';
import type { FuzzedDecoder } from './decoders.ts';
import { hostileBytes } from './hostile-bytes.ts';

/**
 * What a decoder may take from the heap: values are objects, so a multiple of the message, which a view of four bytes
 * needs most of. A length that is believed before its data are there takes millions.
 */
const heapBytesPerByte = 128;
/** What the engine itself takes now and then, for code that runs the first times. */
const heapBytesSpare = 256 * 1024;
/** The engine's own share does not come again and again. */
const attempts = 3;

export interface FuzzOptions {
  readonly decoders: readonly FuzzedDecoder[];
  /** Over all decoders. */
  readonly cases: number;
  /** The same seed tries the same bytes. */
  readonly seed: number;
}

/** Gives hostile bytes to every decoder. Returns how many; throws with the bytes at the first that is handled wrongly. */
export function fuzzDecoders({ decoders, cases, seed }: FuzzOptions): number {
  const casesEach = Math.ceil(cases / decoders.length);
  let tried = 0;
  for (const decoder of decoders) {
    const property = fc.property(hostileBytes(decoder.valid), (bytes) => {
      tried += 1;
      checkDecoding(decoder, bytes);
    });
    const found = fc.check(property, { numRuns: casesEach, seed });
    if (found.failed) {
      const bytes = found.counterexample?.[0].toString('hex') ?? '';
      throw new Error(`${decoder.name}: ${bytes}: ${String(found.errorInstance)}`);
    }
  }
  return tried;
}

/** A failure value or a value, and no more memory than the message can account for. */
function checkDecoding({ codec }: FuzzedDecoder, bytes: Buffer): void {
  const allowed = heapBytesSpare + heapBytesPerByte * bytes.length;
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 1; attempt <= attempts && least > allowed; attempt += 1) {
    const before = heapBytes();
    const result = decodeAll(codec, bytes);
    least = Math.min(least, heapBytes() - before);
    if (!result.ok && result.failure.detail === '') throw new Error('a failure without a word');
  }
  if (least > allowed) {
    throw new Error(`took ${least} bytes of memory for a message of ${bytes.length} bytes`);
  }
}

function heapBytes(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}
