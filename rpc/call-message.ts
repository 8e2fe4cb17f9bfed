import { MsgType, RPC_VERSION } from '../protocol/generated/rpc.ts';
import {
  type AuthStat,
  authBytesMax,
  authNone,
  authWireBytes,
  type OpaqueAuth,
  paddedBytes,
  writeAuth,
} from './opaque-auth.ts';
import { rejectedReply } from './reply-message.ts';

/** RFC 5531 §9. */
export const rpcVersion = RPC_VERSION;

/** What a call asks for: everything but its xid. */
export interface CallRequest {
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  /** AUTH_NONE when absent. */
  readonly credential?: OpaqueAuth | undefined;
  /** AUTH_NONE when absent. */
  readonly verifier?: OpaqueAuth | undefined;
  /** XDR, a multiple of four bytes in all. They must not change before they have been sent. */
  readonly argumentBuffers: readonly Buffer[];
}

/** RFC 5531 §9: a call as it came. Buffers are views of the record. */
export interface RpcCall {
  readonly xid: number;
  readonly rpcVersion: typeof rpcVersion;
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  readonly credential: OpaqueAuth;
  readonly verifier: OpaqueAuth;
  /** Everything after the header. */
  readonly argumentBytes: Buffer;
}

/** A call whose header alone calls for a refusal. */
export interface RefusedCall {
  readonly xid: number;
  /** The reply, from after the xid on. */
  readonly refusal: readonly Buffer[];
}

const offsetOf = {
  messageType: 4,
  rpcVersion: 8,
  program: 12,
  version: 16,
  procedure: 20,
  credential: 24,
} as const;

const versionMismatch = rejectedReply({
  status: 'RPC_MISMATCH',
  low: rpcVersion,
  high: rpcVersion,
});

/** Undefined for what is no call at all: no reply can be given to it, and its sender is not to be trusted further. */
export function decodeCall(record: Buffer): RpcCall | RefusedCall | undefined {
  if (record.length < offsetOf.program) return undefined;
  if (record.readUInt32BE(offsetOf.messageType) !== MsgType.CALL) return undefined;
  const xid = record.readUInt32BE(0);
  // Another version may have another header: nothing after the number can be read.
  if (record.readUInt32BE(offsetOf.rpcVersion) !== rpcVersion) {
    return { xid, refusal: versionMismatch };
  }

  if (record.length < offsetOf.credential + 8) return undefined;
  const credentialBytes = record.readUInt32BE(offsetOf.credential + 4);
  if (credentialBytes > authBytesMax) return refused(xid, 'AUTH_BADCRED');
  const verifierAt = offsetOf.credential + 8 + paddedBytes(credentialBytes);

  if (record.length < verifierAt + 8) return undefined;
  const verifierBytes = record.readUInt32BE(verifierAt + 4);
  if (verifierBytes > authBytesMax) return refused(xid, 'AUTH_BADVERF');
  const argumentsAt = verifierAt + 8 + paddedBytes(verifierBytes);

  if (record.length < argumentsAt) return undefined;
  return {
    xid,
    rpcVersion,
    program: record.readUInt32BE(offsetOf.program),
    version: record.readUInt32BE(offsetOf.version),
    procedure: record.readUInt32BE(offsetOf.procedure),
    credential: authAt(record, offsetOf.credential, credentialBytes),
    verifier: authAt(record, verifierAt, verifierBytes),
    argumentBytes: record.subarray(argumentsAt),
  };
}

/** The call, from after the xid on. */
export function encodeCall(request: CallRequest): Buffer[] {
  const { credential = authNone, verifier = authNone } = request;
  const headBytes = offsetOf.credential - 4 + authWireBytes(credential) + authWireBytes(verifier);
  const head = Buffer.allocUnsafe(headBytes);
  head.writeUInt32BE(MsgType.CALL, offsetOf.messageType - 4);
  head.writeUInt32BE(rpcVersion, offsetOf.rpcVersion - 4);
  head.writeUInt32BE(request.program, offsetOf.program - 4);
  head.writeUInt32BE(request.version, offsetOf.version - 4);
  head.writeUInt32BE(request.procedure, offsetOf.procedure - 4);
  writeAuth(head, writeAuth(head, offsetOf.credential - 4, credential), verifier);
  return [head, ...request.argumentBuffers];
}

function authAt(record: Buffer, at: number, bodyBytes: number): OpaqueAuth {
  const flavor = record.readUInt32BE(at);
  if (flavor === authNone.flavor && bodyBytes === 0) return authNone;
  return { flavor, body: record.subarray(at + 8, at + 8 + bodyBytes) };
}

function refused(xid: number, authStat: AuthStat): RefusedCall {
  return { xid, refusal: rejectedReply({ status: 'AUTH_ERROR', authStat }) };
}
