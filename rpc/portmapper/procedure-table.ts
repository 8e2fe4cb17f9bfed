import { strict as assert } from 'node:assert';
import type { DispatchRow, DispatchTable, ProgramVersion } from '../../xdr/program.ts';

/** A dispatch table of some procedures of a version; the others are answered PROC_UNAVAIL. */
export function procedureTable<Context>(
  version: ProgramVersion,
  handlers: Readonly<Record<string, unknown>>,
): DispatchTable<Context> {
  const rows = new Map<number, DispatchRow<Context>>();
  for (const [name, handle] of Object.entries(handlers)) {
    const procedure = version.procedures[name];
    assert(procedure !== undefined && typeof handle === 'function', name);
    rows.set(procedure.number, { procedure, handle: handle as DispatchRow<Context>['handle'] });
  }
  return { version, rows };
}
