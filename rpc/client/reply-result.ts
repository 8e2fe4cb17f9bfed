import type { XdrCodec } from '../../xdr/codec.ts';
import { XdrReader } from '../../xdr/reader.ts';
import type { AcceptedOutcome, Rejection, RpcReply } from '../reply-message.ts';
import { RpcError } from '../rpc-error.ts';

/** The result in a reply, or the RpcError that it means. `what` names the call in the error's message. */
export function resultOfReply<Result>(
  reply: RpcReply,
  codec: XdrCodec<Result>,
  what: string,
): Result | RpcError {
  if (!reply.accepted) return errorOfRejection(reply.rejection, what);
  const { outcome } = reply;
  if (outcome.status !== 'SUCCESS') return errorOfOutcome(outcome, what);
  const reader = new XdrReader(outcome.results);
  const result = codec.decode(reader);
  reader.finish();
  const { failure } = reader;
  if (failure === undefined) return result;
  const cause = new Error(`${failure.kind} at byte ${failure.position}: ${failure.detail}`);
  return new RpcError('RPC_CANTDECODERES', what, { cause });
}

function errorOfOutcome(
  outcome: Exclude<AcceptedOutcome, { status: 'SUCCESS' }>,
  what: string,
): RpcError {
  switch (outcome.status) {
    case 'PROG_UNAVAIL':
      return new RpcError('RPC_PROGUNAVAIL', what);
    case 'PROG_MISMATCH':
      return new RpcError('RPC_PROGVERSMISMATCH', what, {
        lowVersion: outcome.low,
        highVersion: outcome.high,
      });
    case 'PROC_UNAVAIL':
      return new RpcError('RPC_PROCUNAVAIL', what);
    case 'GARBAGE_ARGS':
      return new RpcError('RPC_CANTDECODEARGS', what);
    case 'SYSTEM_ERR':
      return new RpcError('RPC_SYSTEMERROR', what);
  }
}

function errorOfRejection(rejection: Rejection, what: string): RpcError {
  switch (rejection.status) {
    case 'RPC_MISMATCH':
      return new RpcError('RPC_VERSMISMATCH', what, {
        lowVersion: rejection.low,
        highVersion: rejection.high,
      });
    case 'AUTH_ERROR':
      return new RpcError('RPC_AUTHERROR', what, { authStat: rejection.authStat });
  }
}
