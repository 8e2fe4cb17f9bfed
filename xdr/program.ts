import type { XdrCodec } from './codec.ts';

/** One remote procedure as rpcgen describes it (RFC 5531 §12). */
export interface Procedure<Arguments, Result> {
  readonly number: number;
  /** As in the .x file: `NFSPROC_GETATTR`. */
  readonly name: string;
  readonly arguments: XdrCodec<Arguments>;
  readonly result: XdrCodec<Result>;
}

// biome-ignore lint/suspicious/noExplicitAny: the element type of a heterogeneous table
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- codecs are invariant; a table of them has no common type
export type AnyProcedure = Procedure<any, any>;

/** One version of one program: the table that rpcgen generates. */
export interface ProgramVersion {
  readonly program: number;
  readonly version: number;
  /** As in the .x file: `NFS_PROGRAM`. */
  readonly programName: string;
  readonly versionName: string;
  /** Keyed by the procedure's name in camelCase: `nfsprocGetattr`. */
  readonly procedures: Readonly<Record<string, AnyProcedure>>;
}

/** What a generated client stub calls through: a plain RPC client, a PA client, or a test double. */
export interface RpcCaller<Options = unknown> {
  /** Rejects with an RpcError (a `clnt_stat` name as its code). */
  call<Arguments, Result>(
    version: ProgramVersion,
    procedure: Procedure<Arguments, Result>,
    args: Arguments,
    options?: Options,
  ): Promise<Result>;
}

/** One row of a server's dispatch table. */
export interface DispatchRow<Context> {
  readonly procedure: AnyProcedure;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- see AnyProcedure
  readonly handle: (args: any, context: Context) => unknown;
}

/** What the generated `...Dispatch` functions return: procedure number -> row. */
export interface DispatchTable<Context> {
  readonly version: ProgramVersion;
  readonly rows: ReadonlyMap<number, DispatchRow<Context>>;
}
