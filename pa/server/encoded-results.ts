import { encodeToBuffers } from '../../xdr/decode.ts';
import type { AnyProcedure } from '../../xdr/program.ts';

/**
 * What a handler may return instead of its result: the result as it goes over the wire, where it has too many parts to
 * be made an object first.
 */
export class EncodedResults {
  readonly buffers: readonly Buffer[];

  constructor(buffers: readonly Buffer[]) {
    this.buffers = buffers;
  }
}

/** What a handler returned, as it goes over the wire. */
export function encodeResults(procedure: AnyProcedure, result: unknown): readonly Buffer[] {
  return result instanceof EncodedResults
    ? result.buffers
    : encodeToBuffers(procedure.result, result);
}
