/** The public face of `fuga/rpc`: Sun RPC (RFC 5531) clients and servers over TCP. */
export {
  type AuthSys,
  authSys,
  type BadCredential,
  type Credential,
  credentialWithoutStamp,
  parseCredential,
} from './auth.ts';
export {
  type CallRequest,
  encodeCall,
  type RefusedCall,
  type RpcCall,
  decodeCall,
} from './call-message.ts';
export { resultOfReply } from './client/reply-result.ts';
export {
  openRpcChannel,
  RpcChannel,
  type RpcChannelOptions,
  type SendOptions,
} from './client/rpc-channel.ts';
export {
  connectRpc,
  type RpcCallOptions,
  RpcClient,
  type RpcClientDefaults,
} from './client/rpc-client.ts';
export {
  authBytesMax,
  authFlavor,
  authNone,
  type AuthStat,
  authStats,
  type OpaqueAuth,
} from './opaque-auth.ts';
export {
  defaultRecordLimits,
  markRecord,
  type RecordFailure,
  type RecordLimits,
  RecordReader,
} from './record-marking.ts';
export {
  type AcceptedOutcome,
  acceptedReply,
  type AcceptStat,
  acceptStats,
  decodeReply,
  type Rejection,
  rejectedReply,
  type RpcReply,
  successReply,
} from './reply-message.ts';
export { RpcError, type RpcErrorCode, rpcErrorCodes, type RpcErrorDetails } from './rpc-error.ts';
export type { CallHandler, RpcConnection } from './server/connection.ts';
export { AuthRefusal, createDispatcher, type DispatcherOptions } from './server/dispatcher.ts';
export { defaultServerLimits, type RpcServerLimits } from './server/limits.ts';
export { RpcServer, type RpcServerOptions } from './server/rpc-server.ts';
export type { CloseReason } from './server/server-connection.ts';
