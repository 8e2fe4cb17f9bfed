import type { XdrCodec } from './codec.ts';
import type { XdrFailure } from './failure.ts';
import { XdrReader } from './reader.ts';
import { XdrWriter } from './writer.ts';

export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: XdrFailure };

/** Decodes bytes that must hold exactly one value. Opaque data in it are views of `bytes`. Never throws. */
export function decodeAll<T>(codec: XdrCodec<T>, bytes: Buffer): Decoded<T> {
  const reader = new XdrReader(bytes);
  const value = codec.decode(reader);
  reader.finish();
  return reader.failure === undefined
    ? { ok: true, value }
    : { ok: false, failure: reader.failure };
}

/** A list for one gathered write; large opaque data in it are the caller's own buffers. */
export function encodeToBuffers<T>(codec: XdrCodec<T>, value: T): Buffer[] {
  const writer = new XdrWriter();
  codec.encode(writer, value);
  return writer.finish();
}

/** One buffer, that the caller owns. */
export function encodeToBuffer<T>(codec: XdrCodec<T>, value: T): Buffer {
  return Buffer.concat(encodeToBuffers(codec, value));
}
