import {
  AcceptStat as AcceptStatNumber,
  AuthStat as AuthStatNumber,
  MsgType,
  RejectStat,
  ReplyStat,
} from '../protocol/generated/rpc.ts';
import {
  type AuthStat,
  authBytesMax,
  authNone,
  authStats,
  authWireBytes,
  type OpaqueAuth,
  paddedBytes,
  writeAuth,
} from './opaque-auth.ts';

/** RFC 5531 §9 accept_stat. */
export type AcceptStat = keyof typeof AcceptStatNumber;

/** All of them; the index is the number on the wire. */
export const acceptStats = Object.keys(AcceptStatNumber) as readonly AcceptStat[];

/** What an accepted call came to. */
export type AcceptedOutcome =
  | {
      readonly status: 'SUCCESS';
      /** XDR of the result; in a decoded reply a view of the record. */
      readonly results: Buffer;
      /** The same as it came, where it came in pieces: for whoever passes it on. `results` joins them when it is asked for. */
      readonly resultBuffers?: readonly Buffer[];
    }
  /** The lowest and highest version of the program that is served. */
  | { readonly status: 'PROG_MISMATCH'; readonly low: number; readonly high: number }
  | { readonly status: Exclude<AcceptStat, 'SUCCESS' | 'PROG_MISMATCH'> };

/** Why a call was not even accepted. */
export type Rejection =
  | { readonly status: 'RPC_MISMATCH'; readonly low: number; readonly high: number }
  | { readonly status: 'AUTH_ERROR'; readonly authStat: AuthStat };

/** RFC 5531 §9: a reply as it came. */
export type RpcReply =
  | {
      readonly xid: number;
      readonly accepted: true;
      /** A view of the record. */
      readonly verifier: OpaqueAuth;
      readonly outcome: AcceptedOutcome;
    }
  | { readonly xid: number; readonly accepted: false; readonly rejection: Rejection };

// Replies are encoded from after the xid on: the same reply may answer several calls.

/** A reply with the result of the procedure. */
export function successReply(
  results: readonly Buffer[],
  verifier: OpaqueAuth = authNone,
): Buffer[] {
  const head = verifier === authNone ? plainSuccess : acceptedHead('SUCCESS', verifier, 0);
  return [head, ...results];
}

export function acceptedReply(outcome: AcceptedOutcome, verifier: OpaqueAuth = authNone): Buffer[] {
  switch (outcome.status) {
    case 'SUCCESS':
      return successReply(outcome.resultBuffers ?? [outcome.results], verifier);
    case 'PROG_MISMATCH': {
      const head = acceptedHead(outcome.status, verifier, 8);
      head.writeUInt32BE(outcome.low, head.length - 8);
      head.writeUInt32BE(outcome.high, head.length - 4);
      return [head];
    }
    case 'PROG_UNAVAIL':
    case 'PROC_UNAVAIL':
    case 'GARBAGE_ARGS':
    case 'SYSTEM_ERR':
      return [acceptedHead(outcome.status, verifier, 0)];
  }
}

export function rejectedReply(rejection: Rejection): Buffer[] {
  const { MSG_DENIED } = ReplyStat;
  switch (rejection.status) {
    case 'RPC_MISMATCH': {
      const { low, high } = rejection;
      return [words(MsgType.REPLY, MSG_DENIED, RejectStat.RPC_MISMATCH, low, high)];
    }
    case 'AUTH_ERROR': {
      const authStat = AuthStatNumber[rejection.authStat];
      return [words(MsgType.REPLY, MSG_DENIED, RejectStat.AUTH_ERROR, authStat)];
    }
  }
}

/** Undefined for what is no reply. Never throws. Pieces are those of one record, in order. */
export function decodeReply(record: Buffer | readonly Buffer[]): RpcReply | undefined {
  if (Buffer.isBuffer(record)) return decodeWhole(record, []);
  const [first, ...rest] = record;
  if (first === undefined) return undefined;
  return first.length < headBytesMax
    ? decodeWhole(Buffer.concat(record), [])
    : decodeWhole(first, rest);
}

/** Bytes before the results of an accepted reply: xid, type and state; the longest verifier; accept_stat. */
const headBytesMax = 12 + 8 + authBytesMax + 4;

/** `rest`: what follows the first piece, which then holds all that is before the results. */
function decodeWhole(record: Buffer, rest: readonly Buffer[]): RpcReply | undefined {
  if (record.length < 16 || record.readUInt32BE(4) !== MsgType.REPLY) return undefined;
  const xid = record.readUInt32BE(0);
  switch (record.readUInt32BE(8)) {
    case ReplyStat.MSG_ACCEPTED:
      return decodeAccepted(record, rest, xid);
    case ReplyStat.MSG_DENIED: {
      const rejection = decodeRejection(record);
      return rejection && { xid, accepted: false, rejection };
    }
    default:
      return undefined;
  }
}

function decodeAccepted(
  record: Buffer,
  rest: readonly Buffer[],
  xid: number,
): RpcReply | undefined {
  const verifierAt = 12;
  if (record.length < verifierAt + 8) return undefined;
  const verifierBytes = record.readUInt32BE(verifierAt + 4);
  const statAt = verifierAt + 8 + paddedBytes(verifierBytes);
  if (verifierBytes > authBytesMax || record.length < statAt + 4) return undefined;
  const outcome = decodeOutcome(record, rest, statAt);
  if (outcome === undefined) return undefined;
  const flavor = record.readUInt32BE(verifierAt);
  const body = record.subarray(verifierAt + 8, verifierAt + 8 + verifierBytes);
  return { xid, accepted: true, verifier: { flavor, body }, outcome };
}

function decodeOutcome(
  record: Buffer,
  rest: readonly Buffer[],
  statAt: number,
): AcceptedOutcome | undefined {
  const status = acceptStats[record.readUInt32BE(statAt)];
  if (status === undefined) return undefined;
  if (status === 'SUCCESS') {
    const results = record.subarray(statAt + 4);
    return rest.length === 0 ? { status, results } : new ResultsInPieces([results, ...rest]);
  }
  if (status !== 'PROG_MISMATCH') return { status };
  if (record.length < statAt + 12) return undefined;
  return { status, low: record.readUInt32BE(statAt + 4), high: record.readUInt32BE(statAt + 8) };
}

class ResultsInPieces {
  readonly status = 'SUCCESS';
  readonly resultBuffers: readonly Buffer[];
  #joined: Buffer | undefined;

  constructor(resultBuffers: readonly Buffer[]) {
    this.resultBuffers = resultBuffers;
  }

  get results(): Buffer {
    this.#joined ??= Buffer.concat(this.resultBuffers);
    return this.#joined;
  }
}

function decodeRejection(record: Buffer): Rejection | undefined {
  const statAt = 12;
  switch (record.readUInt32BE(statAt)) {
    case RejectStat.RPC_MISMATCH: {
      if (record.length < statAt + 12) return undefined;
      const low = record.readUInt32BE(statAt + 4);
      return { status: 'RPC_MISMATCH', low, high: record.readUInt32BE(statAt + 8) };
    }
    case RejectStat.AUTH_ERROR: {
      if (record.length < statAt + 8) return undefined;
      // AUTH_FAILED is the RFC's own name for a reason that is not known.
      const authStat = authStats[record.readUInt32BE(statAt + 4)] ?? 'AUTH_FAILED';
      return { status: 'AUTH_ERROR', authStat };
    }
    default:
      return undefined;
  }
}

/** Header of an accepted reply, with room for `moreBytes` after it. */
function acceptedHead(status: AcceptStat, verifier: OpaqueAuth, moreBytes: number): Buffer {
  const head = Buffer.allocUnsafe(8 + authWireBytes(verifier) + 4 + moreBytes);
  head.writeUInt32BE(MsgType.REPLY, 0);
  head.writeUInt32BE(ReplyStat.MSG_ACCEPTED, 4);
  head.writeUInt32BE(AcceptStatNumber[status], writeAuth(head, 8, verifier));
  return head;
}

/** The header of nearly every reply: made once, sent again and again, never written to. */
const plainSuccess = acceptedHead('SUCCESS', authNone, 0);

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32BE(value, index * 4));
  return bytes;
}
