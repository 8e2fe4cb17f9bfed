import type { XdrCodec } from './codec.ts';

/** RFC 4506 §4.16: no bytes. */
export const voidCodec: XdrCodec<undefined> = {
  encode: () => undefined,
  decode: () => undefined,
};
