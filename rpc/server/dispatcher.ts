import { voidCodec } from '../../xdr/primitives.ts';
import type { DispatchRow, DispatchTable } from '../../xdr/program.ts';
import { XdrReader } from '../../xdr/reader.ts';
import { XdrWriter } from '../../xdr/writer.ts';
import type { RpcCall } from '../call-message.ts';
import type { AuthStat } from '../opaque-auth.ts';
import { acceptedReply, rejectedReply, successReply } from '../reply-message.ts';
import type { CallHandler, RpcConnection } from './connection.ts';

/** What a context function returns for a call whose credential will not do: it is answered with AUTH_ERROR. */
export class AuthRefusal {
  readonly authStat: AuthStat;

  constructor(authStat: AuthStat) {
    this.authStat = authStat;
  }
}

export interface DispatcherOptions<Context> {
  /** Makes what handlers get beside the arguments: who calls, from where. */
  readonly context: (call: RpcCall, connection: RpcConnection) => Context | AuthRefusal;
  /** A handler threw or rejected, or its result does not fit its type; the caller got SYSTEM_ERR. */
  readonly onError: (error: unknown, call: RpcCall) => void;
}

/** One program by version, with what PROG_MISMATCH has to tell. */
interface Program<Context> {
  readonly versions: ReadonlyMap<number, DispatchTable<Context>>;
  readonly low: number;
  readonly high: number;
}

const plainSuccess = successReply([]);
const programUnavailable = acceptedReply({ status: 'PROG_UNAVAIL' });
const procedureUnavailable = acceptedReply({ status: 'PROC_UNAVAIL' });
const garbageArguments = acceptedReply({ status: 'GARBAGE_ARGS' });
const systemError = acceptedReply({ status: 'SYSTEM_ERR' });

/**
 * RFC 5531 §12.1: procedure 0 takes and gives nothing and needs no authentication. It is answered here for every
 * program, whether its .x file mentions it or not, as a C server does; a handler for it is not called.
 */
function isNullProcedure<Context>(call: RpcCall, row: DispatchRow<Context> | undefined): boolean {
  if (call.procedure !== 0) return false;
  return row === undefined || row.procedure.arguments === voidCodec;
}

/**
 * Calls handlers by program, version and procedure, with all accept states of RFC 5531 §9. Handlers may answer at once
 * or with a promise. For services without PA; a PA server has a way of its own from call to reply.
 */
export function createDispatcher<Context>(
  tables: readonly DispatchTable<Context>[],
  options: DispatcherOptions<Context>,
): CallHandler {
  const programs = groupByProgram(tables);

  const answer = (
    row: DispatchRow<Context>,
    result: unknown,
    call: RpcCall,
    connection: RpcConnection,
  ): void => {
    const writer = new XdrWriter();
    try {
      row.procedure.result.encode(writer, result);
    } catch (error) {
      fail(error, call, connection);
      return;
    }
    connection.reply(call.xid, successReply(writer.finish()));
  };

  const fail = (error: unknown, call: RpcCall, connection: RpcConnection): void => {
    connection.reply(call.xid, systemError);
    options.onError(error, call);
  };

  const execute = (row: DispatchRow<Context>, call: RpcCall, connection: RpcConnection): void => {
    let result: unknown;
    try {
      const context = options.context(call, connection);
      if (context instanceof AuthRefusal) {
        const { authStat } = context;
        connection.reply(call.xid, rejectedReply({ status: 'AUTH_ERROR', authStat }));
        return;
      }
      const reader = new XdrReader(call.argumentBytes);
      const args: unknown = row.procedure.arguments.decode(reader);
      // Left-over bytes are a sign of another type on the other side: nothing is executed by guess.
      reader.finish();
      if (reader.failure !== undefined) {
        connection.reply(call.xid, garbageArguments);
        return;
      }
      result = row.handle(args, context);
    } catch (error) {
      fail(error, call, connection);
      return;
    }
    if (result instanceof Promise) {
      result.then(
        (value: unknown) => answer(row, value, call, connection),
        (error: unknown) => fail(error, call, connection),
      );
    } else {
      answer(row, result, call, connection);
    }
  };

  return (call, connection) => {
    const program = programs.get(call.program);
    if (program === undefined) {
      connection.reply(call.xid, programUnavailable);
      return;
    }
    const table = program.versions.get(call.version);
    if (table === undefined) {
      const { low, high } = program;
      connection.reply(call.xid, acceptedReply({ status: 'PROG_MISMATCH', low, high }));
      return;
    }
    const row = table.rows.get(call.procedure);
    if (isNullProcedure(call, row)) connection.reply(call.xid, plainSuccess);
    else if (row !== undefined) execute(row, call, connection);
    else connection.reply(call.xid, procedureUnavailable);
  };
}

function groupByProgram<Context>(
  tables: readonly DispatchTable<Context>[],
): ReadonlyMap<number, Program<Context>> {
  const programs = new Map<number, Program<Context>>();
  for (const table of tables) {
    const { program, version } = table.version;
    const known = programs.get(program);
    if (known?.versions.has(version)) {
      throw new Error(`${table.version.versionName} is served twice`);
    }
    programs.set(program, {
      versions: new Map([...(known?.versions ?? []), [version, table]]),
      low: Math.min(known?.low ?? version, version),
      high: Math.max(known?.high ?? version, version),
    });
  }
  return programs;
}
