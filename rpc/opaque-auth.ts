/** RFC 5531 §8.2: authentication flavours. Others travel as their number. */
export const authFlavor = {
  AUTH_NONE: 0,
  AUTH_SYS: 1,
  AUTH_SHORT: 2,
  AUTH_DH: 3,
  RPCSEC_GSS: 6,
} as const;

/** RFC 5531 §8.2: no credential or verifier is longer. */
export const authBytesMax = 400;

/** RFC 5531 §8.2 opaque_auth: a credential or a verifier. */
export interface OpaqueAuth {
  readonly flavor: number;
  /** At most `authBytesMax` bytes; a view of the message where it was decoded. */
  readonly body: Buffer;
}

export const authNone: OpaqueAuth = { flavor: authFlavor.AUTH_NONE, body: Buffer.alloc(0) };

/** RFC 5531 §9 auth_stat: why a credential or verifier was refused, by number. */
export const authStats = [
  'AUTH_OK',
  'AUTH_BADCRED',
  'AUTH_REJECTEDCRED',
  'AUTH_BADVERF',
  'AUTH_REJECTEDVERF',
  'AUTH_TOOWEAK',
  'AUTH_INVALIDRESP',
  'AUTH_FAILED',
  'AUTH_KERB_GENERIC',
  'AUTH_TIMEEXPIRE',
  'AUTH_TKT_FILE',
  'AUTH_DECODE',
  'AUTH_NET_ADDR',
  'RPCSEC_GSS_CREDPROBLEM',
  'RPCSEC_GSS_CTXPROBLEM',
] as const;

export type AuthStat = (typeof authStats)[number];

/** Bytes that an opaque_auth takes on the wire, padding included. */
export function authWireBytes(auth: OpaqueAuth): number {
  return 8 + paddedBytes(auth.body.length);
}

/** Writes an opaque_auth at `offset`; returns the offset after it. */
export function writeAuth(target: Buffer, offset: number, auth: OpaqueAuth): number {
  const { flavor, body } = auth;
  if (body.length > authBytesMax) throw new RangeError(`auth of ${body.length} bytes`);
  target.writeUInt32BE(flavor, offset);
  target.writeUInt32BE(body.length, offset + 4);
  const end = offset + authWireBytes(auth);
  body.copy(target, offset + 8);
  target.fill(0, offset + 8 + body.length, end);
  return end;
}

/** A length on the wire: a multiple of four (RFC 4506 §3). */
export function paddedBytes(length: number): number {
  return length + (-length & 3);
}
