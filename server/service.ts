import type { EncodedResults } from '../pa/server/encoded-results.ts';
import type { Service, ServiceContext } from '../pa/server/service.ts';
import type { DispatchTable } from '../xdr/program.ts';
import { Call, type VolumeSettings } from './call.ts';

/** Handlers as rpcgen declares them, each with whether it can change anything: what does is registered by PA. */
export type Procedures<Handlers> = {
  readonly [Name in keyof Handlers]: {
    readonly changes: boolean;
    readonly handle: MayEncode<Handlers[Name]>;
  };
};

/** The same handler, which may encode its result by itself. */
type MayEncode<Handler> = Handler extends (args: infer Arguments, context: infer C) => infer Result
  ? (args: Arguments, context: C) => Result | EncodedResults
  : never;

type Handle<Context> = (args: never, context: Context) => unknown;

/** A service from its table of procedures. `dispatch` is rpcgen's function for the same handlers. */
export function makeService<Handlers extends { readonly [Name in keyof Handlers]: Handle<Call> }>(
  procedures: Procedures<Handlers>,
  settings: VolumeSettings,
  dispatch: (handlers: HandlersFor<Handlers, ServiceContext>) => DispatchTable<ServiceContext>,
): Service {
  const rows = Object.entries<Procedures<Record<string, Handle<Call>>>[string]>(procedures);
  const handlers = Object.fromEntries(
    rows.map(([name, { changes, handle }]) => [
      name,
      (args: never, context: ServiceContext) => handle(args, new Call(context, settings, changes)),
    ]),
  ) as HandlersFor<Handlers, ServiceContext>;
  const reading = rows.filter(([, { changes }]) => !changes).map(([name]) => name);
  return { dispatch: dispatch(handlers), reading: new Set(reading) };
}

/** The same handlers, with another context. */
type HandlersFor<Handlers, Context> = {
  readonly [Name in keyof Handlers]: Handlers[Name] extends (
    args: infer Arguments,
    context: Call,
  ) => infer Result
    ? (args: Arguments, context: Context) => Result
    : never;
};
