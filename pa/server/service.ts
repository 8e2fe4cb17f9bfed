import type { CallChannel } from '../../rpc/client/call-channel.ts';
import type { Credential } from '../../rpc/auth.ts';
import type { RpcError } from '../../rpc/rpc-error.ts';
import type { Transaction } from '../../stable-area/records/record-store.ts';
import type { AnyProcedure, DispatchTable } from '../../xdr/program.ts';

/** Who called, as the transport and the credential say. */
export interface Caller {
  readonly credential: Credential;
  /** Numeric address of the peer, or of the stock client behind a gateway. */
  readonly address: string;
  readonly port: number;
  readonly transport: 'tcp' | 'udp';
  /** The gateway that passed the call on, as the transport says; undefined where the caller itself is connected. */
  readonly relayedBy?: Gateway;
}

/** A peer that speaks for others. */
export interface Gateway {
  readonly address: string;
  readonly port: number;
  /** It proved that it knows the cluster's secret. Where there is none, only this machine's may relay. */
  readonly knowsSecret: boolean;
}

/** What the volume's holder knows that a procedure may depend on. */
export interface VolumeState {
  /** Name of the alias, e.g. `home`. */
  readonly alias: string;
  /** Identity of the area (the alias's UI): 16 bytes, the same for ever. */
  readonly areaId: Uint8Array;
  readonly epoch: number;
  /** New for each claim: 8 bytes. */
  readonly writeVerifier: Uint8Array;
  /** False below the reserve: calls that need space get the service's "no space" answer. */
  readonly admitsGrowth: boolean;
  readonly space: {
    readonly totalBytes: number;
    readonly freeBytes: number;
    readonly availableBytes: number;
  };
}

/**
 * The inputs of a procedure beside its arguments. A handler is synchronous and pure: (arguments, context) -> result,
 * with changes through `transaction`. It may be executed several times until all records are in memory; only the
 * last one counts. Its reply is registered with its changes in one atomic batch; nothing else is asked of it.
 */
export interface ServiceContext {
  readonly transaction: Transaction;
  readonly caller: Caller;
  readonly volume: VolumeState;
  /** System time in microseconds since 1970, the same for all executions of one call. */
  readonly nowMicroseconds: number;
  /** 8 fresh random bytes, the same for all executions of one call. */
  readonly random: Uint8Array;
}

/** How a call to another alias ended. */
export type NestedOutcome<Result> =
  /** It was executed once, and this is what it gave. */
  | { readonly kind: 'replied'; readonly result: Result }
  /** The other service answered without a result: it has no such procedure, or its handler failed. It changed nothing. */
  | { readonly kind: 'refused'; readonly error: RpcError }
  /** It was never executed, and never will be. */
  | { readonly kind: 'not-executed'; readonly reason: string }
  /** It was executed once or not at all, and nobody can tell any more: the lease there had ended, or the area was replaced. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** What a procedure goes on with when its call to another alias has ended: its second transaction. */
export interface Continuation {
  /** Names it in the stable area: a process that takes over finds it by this. Unique in its service. */
  readonly name: string;
  /** The procedure that goes on, and the one that it had called. */
  readonly of: AnyProcedure;
  readonly after: AnyProcedure;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- see AnyProcedure
  readonly handle: (args: any, outcome: NestedOutcome<any>, context: ServiceContext) => unknown;
}

/** One program version served through PA. */
export interface Service {
  readonly dispatch: DispatchTable<ServiceContext>;
  /** Procedures (by their key in the descriptor) that change nothing: executed again when asked again, never registered. */
  readonly reading: ReadonlySet<string>;
  /** What procedures go on with that have called another alias (`callAlias`); absent where none does. */
  readonly continuations?: readonly Continuation[];
}

/** Work that a service does by itself, in small transactions, while its volume is served: e.g. freeing the content of removed files. */
export interface BackgroundWork {
  readonly name: string;
  /** One small step. `more`: call again soon; otherwise after something was executed again. */
  step(context: Omit<ServiceContext, 'caller'>): 'more' | 'idle';
}

/** Everything that one volume (alias) serves. */
export interface VolumeServices {
  readonly services: readonly Service[];
  /** Executed once after each claim, before the first call: makes what a new area needs. Must be a no-op on an area that has it. */
  initialise?(context: Omit<ServiceContext, 'caller'>): void;
  readonly background?: readonly BackgroundWork[];
  /**
   * What clients do, each over a connection of its own: a backup does it to itself while it stands by, several times, over a copy that
   * is thrown away, so that a takeover finds the code compiled. May reject. Without it nothing is rehearsed.
   */
  rehearse?(clients: readonly CallChannel[]): Promise<void>;
}
