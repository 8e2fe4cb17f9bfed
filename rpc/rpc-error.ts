import type { AuthStat } from './opaque-auth.ts';

/** Why a remote call has no result: the names of `enum clnt_stat`, which every Sun RPC programmer knows. */
export const rpcErrorCodes = {
  RPC_CANTENCODEARGS: 'arguments cannot be encoded',
  RPC_CANTDECODERES: 'result cannot be decoded',
  RPC_CANTSEND: 'call cannot be sent',
  RPC_CANTRECV: 'connection was lost before the reply',
  RPC_TIMEDOUT: 'no reply in time',
  RPC_VERSMISMATCH: 'RPC versions are not compatible',
  RPC_AUTHERROR: 'credential or verifier was refused',
  RPC_PROGUNAVAIL: 'program is not served',
  RPC_PROGVERSMISMATCH: 'program version is not served',
  RPC_PROCUNAVAIL: 'procedure is not served',
  RPC_CANTDECODEARGS: 'server cannot decode the arguments',
  RPC_SYSTEMERROR: 'system error',
  RPC_UNKNOWNHOST: 'unknown host',
  RPC_UNKNOWNPROTO: 'unknown transport protocol',
  RPC_RPCBFAILURE: 'portmapper cannot be asked',
  RPC_PROGNOTREGISTERED: 'program is not registered with the portmapper',
  RPC_FAILED: 'call failed',
} as const;

export type RpcErrorCode = keyof typeof rpcErrorCodes;

export interface RpcErrorDetails {
  /** What went wrong below: an error with a system code, a decode failure. */
  readonly cause?: unknown;
  /** RPC_VERSMISMATCH and RPC_PROGVERSMISMATCH: the versions that the server has. */
  readonly lowVersion?: number;
  readonly highVersion?: number;
  /** RPC_AUTHERROR: the server's reason. */
  readonly authStat?: AuthStat;
}

export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: RpcErrorCode;
  readonly lowVersion: number | undefined;
  readonly highVersion: number | undefined;
  readonly authStat: AuthStat | undefined;

  /** `what` names the call or the peer. */
  constructor(code: RpcErrorCode, what: string, details: RpcErrorDetails = {}) {
    super(describe(code, what, details), { cause: details.cause });
    this.code = code;
    this.lowVersion = details.lowVersion;
    this.highVersion = details.highVersion;
    this.authStat = details.authStat;
  }
}

/** As clnt_sperror(3) words it: `what: RPC: reason; detail`. */
function describe(code: RpcErrorCode, what: string, details: RpcErrorDetails): string {
  const { cause, lowVersion, highVersion, authStat } = details;
  const parts = [`${what}: RPC: ${rpcErrorCodes[code]}`];
  if (lowVersion !== undefined && highVersion !== undefined) {
    parts.push(`low version = ${lowVersion}, high version = ${highVersion}`);
  }
  if (authStat !== undefined) parts.push(`why = ${authStat}`);
  if (cause instanceof Error) parts.push(cause.message);
  return parts.join('; ');
}
