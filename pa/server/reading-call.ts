import { strict as assert } from 'node:assert';
import type { OpaqueAuth } from '../../rpc/opaque-auth.ts';
import { acceptedReply, successReply } from '../../rpc/reply-message.ts';
import { type CallTarget, isForAnother } from './call-target.ts';
import type { Close } from './executor.ts';
import { type RegisteredCallParts, settle } from './registered-call.ts';
import type { ReadingTurns } from './reading-turns.ts';
import type { Caller, ServiceContext } from './service.ts';
import type { ServiceRow } from './service-table.ts';

export interface ReadingCallParts
  extends Pick<RegisteredCallParts, 'executor' | 'gate' | 'counters' | 'fault' | 'failed'> {
  readonly turns: ReadingTurns;
}

interface ReadingCall {
  readonly row: ServiceRow;
  readonly args: unknown;
  readonly caller: Caller;
  readonly target: CallTarget;
}

/** Executes a call that changes nothing, now or in one of the next turns: never registered, executed again when it comes again. `verifier`: of the reply. */
export function executeReading(
  parts: ReadingCallParts,
  call: ReadingCall,
  verifier: OpaqueAuth,
): void {
  parts.turns.run(() => {
    execute(parts, call, verifier);
  });
}

function execute(parts: ReadingCallParts, call: ReadingCall, verifier: OpaqueAuth): void {
  const { row, args, caller, target } = call;
  const answer = (batch: number, message: readonly Buffer[]): void => {
    parts.gate.release(batch, () => {
      target.connection.reply(target.xid, message);
    });
  };
  const { procedure } = row;
  const work = { procedure, execute: (context: ServiceContext) => row.handle(args, context) };
  const resultsOf: Close<readonly Buffer[]> = (_, ending) => {
    assert(ending.kind === 'results', `${procedure.name} changes nothing, and calls another alias`);
    return ending.results;
  };
  settle(
    () => parts.executor.call(work, caller, resultsOf),
    ({ result, batch }) => {
      parts.counters.executed += 1;
      answer(batch, successReply(result, verifier));
    },
    (error) => {
      if (isForAnother(error)) {
        parts.failed(error, target);
        return;
      }
      parts.fault(row.procedure.name, error);
      answer(0, acceptedReply({ status: 'SYSTEM_ERR' }, verifier));
    },
  );
}
