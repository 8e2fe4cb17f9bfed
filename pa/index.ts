/** The public face of `fuga/pa`: FT-IPC, for any Sun RPC service. */
export { nodeHttpClient } from './adapters/node-http-adapter.ts';
export { createSecretFile, readSecretFile } from './adapters/secret-file-adapter.ts';
export { assertMayBind, isLoopback } from './bind-rule.ts';
export type { PaClientEvents, Stall, Waiting, WaitingReason } from './client/events.ts';
export { type ClientState, openClientState } from './adapters/client-state-adapter.ts';
export type { LifeLog } from './client/life-log.ts';
export type { PaClientLimits } from './client/limits.ts';
export {
  createPaClient,
  type PaAlias,
  type PaAliasStatus,
  type PaCallOptions,
  type PaClient,
  type PaClientOptions,
} from './client/pa-client.ts';
export type { RawCall, RawCallOptions } from './client/pending-call.ts';
export {
  type HttpDirectoryOptions,
  HttpPortDirectory,
  parsePamUrl,
} from './directory/http-directory.ts';
export { isAliasName, type Port, type PortMember } from './directory/port.ts';
export type {
  Lookup,
  PamRegistration,
  PortDirectory,
  Registration,
  Subscription,
} from './directory/port-directory.ts';
export { type CallOutcome, PaError, type PaErrorCode } from './error.ts';
export type { StockOrigin } from './header.ts';
export { ClusterSecret, parseSecret } from './secret.ts';
export type { Key } from '../stable-area/stable-area.ts';
export type {
  Table,
  TableRange,
  TableRecord,
  Transaction,
} from '../stable-area/records/record-store.ts';
export {
  connectAlias,
  type ConnectedAlias,
  type ConnectOptions,
  serveAlias,
  type ServeOptions,
} from './adapters/node-pair-adapter.ts';
export { type Pam, type PamOptions, startPam } from './manager/start-pam.ts';
export type { Accusation, PairProcess, Role, VolumeEvent, VolumeStatus } from './server/host.ts';
export { type PairProcessOptions, startPairProcess } from './server/pair-process.ts';
export { callAlias, continuation, type NestedCall } from './server/nested/nested-call.ts';
export type {
  BackgroundWork,
  Caller,
  Continuation,
  NestedOutcome,
  Service,
  ServiceContext,
  VolumeServices,
  VolumeState,
} from './server/service.ts';
