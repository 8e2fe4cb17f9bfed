import { AuthsysParmsCodec } from '../protocol/generated/rpc.ts';
import { encodeToBuffer } from '../xdr/decode.ts';
import { XdrReader } from '../xdr/reader.ts';
import { type AuthStat, authFlavor, type OpaqueAuth } from './opaque-auth.ts';

/** RFC 5531 appendix A authsys_parms: who calls, by the caller's own word. */
export interface AuthSys {
  readonly flavor: 'AUTH_SYS';
  /** Arbitrary; a caller may change it from call to call. */
  readonly stamp: number;
  /** Bytes of the caller's host name, one character U+0000 to U+00FF each. At most 255. */
  readonly machineName: string;
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups, at most 16. */
  readonly gids: readonly number[];
}

export type Credential = { readonly flavor: 'AUTH_NONE' } | AuthSys;

/** A credential that no procedure may be called with: the call is answered with AUTH_ERROR. */
export interface BadCredential {
  readonly flavor: undefined;
  readonly authStat: AuthStat;
}

const none: Credential = { flavor: 'AUTH_NONE' };

/** Who calls. The flavours that are not known here, and what does not parse, are refused. */
export function parseCredential(auth: OpaqueAuth): Credential | BadCredential {
  switch (auth.flavor) {
    // RFC 5531 §10.1: the body is undefined and recommended to be empty; what is in it means nothing.
    case authFlavor.AUTH_NONE:
      return none;
    case authFlavor.AUTH_SYS:
      return parseAuthSys(auth.body);
    default:
      return { flavor: undefined, authStat: 'AUTH_REJECTEDCRED' };
  }
}

function parseAuthSys(body: Buffer): AuthSys | BadCredential {
  const reader = new XdrReader(body);
  const { machinename, ...who } = AuthsysParmsCodec.decode(reader);
  reader.finish();
  if (reader.failure !== undefined) return { flavor: undefined, authStat: 'AUTH_BADCRED' };
  return { flavor: 'AUTH_SYS', machineName: machinename, ...who };
}

/** RFC 5531 appendix A: the credential for calls in this name. Made once for many calls. */
export function authSys(who: Omit<AuthSys, 'flavor' | 'stamp'> & { stamp?: number }): OpaqueAuth {
  const { stamp = 0, machineName: machinename, uid, gid, gids } = who;
  const body = encodeToBuffer(AuthsysParmsCodec, { stamp, machinename, uid, gid, gids });
  return { flavor: authFlavor.AUTH_SYS, body };
}

/**
 * How many bytes at the beginning of a credential may differ when its call is sent again: the stamp of AUTH_SYS. For
 * digests, together with the flavour.
 */
export function stampBytesOf({ flavor, body }: OpaqueAuth): number {
  return flavor === authFlavor.AUTH_SYS ? Math.min(4, body.length) : 0;
}

/** What of a credential stays the same when a call is sent again. A view. */
export function credentialWithoutStamp(auth: OpaqueAuth): Buffer {
  return auth.body.subarray(stampBytesOf(auth));
}
