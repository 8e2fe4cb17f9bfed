import type { XdrReader } from './reader.ts';
import type { XdrWriter } from './writer.ts';

/** How one XDR type goes to and comes from the wire (RFC 4506). Generated code consists of these. */
export interface XdrCodec<T> {
  /** Appends the value. Asserts (throws) when the value does not fit its declared limits: that is our own bug. */
  encode(writer: XdrWriter, value: T): void;
  /**
   * Takes the value from the reader. Never throws: on bad input the reader's `failure` is set, once and for ever, and
   * what is returned is meaningless. Opaque data are views of the reader's buffer.
   */
  decode(reader: XdrReader): T;
}
