import {
  AuthFlavor,
  AuthStat as AuthStatNumber,
  RPC_AUTH_BYTES_MAX,
} from '../protocol/generated/rpc.ts';

/** RFC 5531 §8.2: the flavours with a name. Others travel as their number. */
export const authFlavor = AuthFlavor;

/** RFC 5531 §8.2: no credential or verifier is longer. */
export const authBytesMax = RPC_AUTH_BYTES_MAX;

/** RFC 5531 §8.2 opaque_auth: a credential or a verifier. */
export interface OpaqueAuth {
  readonly flavor: number;
  /** At most `authBytesMax` bytes; a view of the message where it was decoded. */
  readonly body: Buffer;
}

export const authNone: OpaqueAuth = { flavor: authFlavor.AUTH_NONE, body: Buffer.alloc(0) };

/** RFC 5531 §9 auth_stat: why a credential or verifier was refused. */
export type AuthStat = keyof typeof AuthStatNumber;

/** All of them; the index is the number on the wire. */
export const authStats = Object.keys(AuthStatNumber) as readonly AuthStat[];

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
