import type { OpaqueAuth } from '../../../rpc/opaque-auth.ts';
import type { Procedure, ProgramVersion } from '../../../xdr/program.ts';
import type { Continuation, NestedOutcome, ServiceContext } from '../service.ts';

/**
 * Defines a continuation. Its handler is as every handler (synchronous, pure, repeated until its records are loaded); it
 * gets the arguments of the outer call again, and the outcome of the inner one. It gives the outer call's result, or calls
 * once more.
 */
export function continuation<Arguments, Result, Inner>(definition: {
  readonly name: string;
  readonly of: Procedure<Arguments, Result>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- see AnyProcedure
  readonly after: Procedure<any, Inner>;
  handle(args: Arguments, outcome: NestedOutcome<Inner>, context: ServiceContext): Result;
}): Continuation {
  return definition;
}

/** A call to another alias, as a handler asks for it. */
export interface NestedCall<Arguments, Inner> {
  readonly alias: string;
  readonly version: ProgramVersion;
  readonly procedure: Procedure<Arguments, Inner>;
  readonly args: Arguments;
  /** AUTH_NONE when absent: the other alias does not see who called here. */
  readonly credential?: OpaqueAuth;
  /** One of the service's own continuations. */
  readonly then: Continuation;
}

/** Ends the first transaction of a procedure; thrown through its handler, and not an Error, since nothing is wrong. */
export class NestedRequest {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- see AnyProcedure
  readonly call: NestedCall<any, any>;

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- see AnyProcedure
  constructor(call: NestedCall<any, any>) {
    this.call = call;
  }
}

/**
 * Calls another alias from a handler: what the handler has changed so far is committed together with the call, which is
 * made then, exactly once; `then` goes on with its outcome. Never returns: write `return callAlias(...)`.
 */
export function callAlias<Arguments, Inner>(call: NestedCall<Arguments, Inner>): never {
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- a signal to the executor: no stack is wanted
  throw new NestedRequest(call);
}
