/** The public face of `fuga/rpc`: Sun RPC (RFC 5531) clients and servers over TCP and UDP, and the portmapper. */
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
export type { CallChannel, SendOptions } from './client/call-channel.ts';
export {
  DatagramChannel,
  type DatagramChannelOptions,
  openDatagramChannel,
} from './client/datagram-channel.ts';
export { resultOfReply } from './client/reply-result.ts';
export { openRpcChannel, RpcChannel, type RpcChannelOptions } from './client/rpc-channel.ts';
export {
  connectRpc,
  connectRpcUdp,
  type RpcCallOptions,
  RpcClient,
  type RpcClientDefaults,
} from './client/rpc-client.ts';
export { datagramBytesMax } from './datagram-message.ts';
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
export { callNull, type ProgramAddress } from './portmapper/call-null.ts';
export { getPort } from './portmapper/get-port.ts';
export type { PortmapperClientOptions } from './portmapper/portmapper-connection.ts';
export {
  type Portmapper,
  type PortmapperOptions,
  startPortmapper,
} from './portmapper/portmapper.ts';
export { programName, programOfName } from './portmapper/program-names.ts';
export { type ListedRegistration, listRegistrations } from './portmapper/program-table.ts';
export { registerWithRpcbind } from './portmapper/register-with-rpcbind.ts';
export { RpcError, type RpcErrorCode, rpcErrorCodes, type RpcErrorDetails } from './rpc-error.ts';
export type { CallHandler, RpcConnection, RpcTransport } from './server/connection.ts';
export type { DatagramStatistics } from './server/datagram-server.ts';
export { AuthRefusal, createDispatcher, type DispatcherOptions } from './server/dispatcher.ts';
export { defaultServerLimits, type RpcServerLimits } from './server/limits.ts';
export { RpcServer, type RpcServerOptions } from './server/rpc-server.ts';
export type { CloseReason } from './server/server-connection.ts';
