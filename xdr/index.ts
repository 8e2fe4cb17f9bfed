/** The public face of `fuga/xdr`: what generated code and its users need. */
export type { XdrCodec } from './codec.ts';
export { type Decoded, decodeAll, encodeToBuffer, encodeToBuffers } from './decode.ts';
export { type XdrFailure, type XdrFailureKind, XdrLimitError } from './failure.ts';
export { voidCodec } from './primitives.ts';
export type {
  AnyProcedure,
  DispatchRow,
  DispatchTable,
  Procedure,
  ProgramVersion,
  RpcCaller,
} from './program.ts';
export { XdrReader } from './reader.ts';
export { type ReservedWord, XdrWriter } from './writer.ts';
