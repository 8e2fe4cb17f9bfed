/** Why bytes from the wire are not a value of the expected type. The set is closed: it is part of the API. */
export type XdrFailureKind =
  /** The bytes end before the value does. */
  | 'underflow'
  /** A length prefix is larger than the limit in the .x file (RFC 4506 §4.10, §4.11, §4.13). */
  | 'length-over-limit'
  /** A bool that is neither 0 nor 1 (RFC 4506 §4.4). */
  | 'bad-bool'
  /** An enum value that the type does not name (RFC 4506 §4.3: "it is an error"). */
  | 'bad-enum'
  /** A discriminant without an arm, in a union without a default (RFC 4506 §4.15). */
  | 'bad-union'
  /** A number too large for the C type that the .x file names: `char`, `short` and their unsigned kin. */
  | 'out-of-range'
  /** A string that is not UTF-8. */
  | 'bad-utf8'
  /** The value ends before the bytes do. */
  | 'trailing-bytes'
  /** A recursive type nested more than `nestingDepthMax` deep. */
  | 'depth';

export interface XdrFailure {
  readonly kind: XdrFailureKind;
  /** Offset into the reader's buffer where the offending datum starts. */
  readonly position: number;
  /** For logs; not to be parsed. */
  readonly detail: string;
}

/**
 * A value that does not fit its own type was given to an encoder: a bug in this process, never the peer's fault.
 * Nothing that was written to that writer may be sent.
 */
export class XdrLimitError extends Error {
  override readonly name = 'XdrLimitError';
  readonly code = 'XDR_LIMIT';
}
