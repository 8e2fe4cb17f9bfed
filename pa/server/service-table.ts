import { strict as assert } from 'node:assert';
import type { AcceptedOutcome } from '../../rpc/reply-message.ts';
import type { DispatchRow } from '../../xdr/program.ts';
import { locateService } from './locate-service.ts';
import type { Continuation, Service, ServiceContext, VolumeServices } from './service.ts';

/** One procedure as the server executes it. */
export interface ServiceRow extends DispatchRow<ServiceContext> {
  /** Changes nothing, and so is never registered. */
  readonly reading: boolean;
  /** By their names: what goes on with this procedure when a call to another alias has ended. */
  readonly continuations: ReadonlyMap<string, Continuation>;
}

export type ServiceLookup =
  | { readonly kind: 'found'; readonly row: ServiceRow }
  /** RFC 5531 §9: what the caller is told instead. */
  | { readonly kind: 'unavailable'; readonly outcome: AcceptedOutcome };

const tables = new WeakMap<VolumeServices, ServiceTable>();

/** Everything that a volume serves. Made once, and not again in each takeover. */
export function serviceTableOf(services: VolumeServices): ServiceTable {
  const known = tables.get(services);
  if (known !== undefined) return known;
  const table = new ServiceTable([...services.services, locateService]);
  tables.set(services, table);
  return table;
}

/** What the three numbers of a call find. */
export class ServiceTable {
  readonly #programs = new Map<number, Map<number, Map<number, ServiceRow>>>();

  constructor(services: readonly Service[]) {
    for (const service of services) {
      const { version, rows } = service.dispatch;
      const known = new Set(Object.keys(version.procedures));
      for (const name of service.reading) {
        assert(known.has(name), `${version.versionName} has no procedure ${name}`);
      }
      const versions =
        this.#programs.get(version.program) ?? new Map<number, Map<number, ServiceRow>>();
      assert(!versions.has(version.version), `${version.versionName} is served twice`);
      const table = new Map<number, ServiceRow>();
      for (const [name, { number }] of Object.entries(version.procedures)) {
        const row = rows.get(number);
        if (row === undefined) continue;
        const reading = service.reading.has(name);
        table.set(number, { ...row, reading, continuations: continuationsOf(service, row) });
      }
      versions.set(version.version, table);
      this.#programs.set(version.program, versions);
    }
  }

  find(program: number, version: number, procedure: number): ServiceLookup {
    const versions = this.#programs.get(program);
    if (versions === undefined) {
      return { kind: 'unavailable', outcome: { status: 'PROG_UNAVAIL' } };
    }
    const rows = versions.get(version);
    if (rows === undefined) {
      const numbers = [...versions.keys()];
      const low = Math.min(...numbers);
      const high = Math.max(...numbers);
      return { kind: 'unavailable', outcome: { status: 'PROG_MISMATCH', low, high } };
    }
    const row = rows.get(procedure);
    return row === undefined
      ? { kind: 'unavailable', outcome: { status: 'PROC_UNAVAIL' } }
      : { kind: 'found', row };
  }
}

function continuationsOf(
  { continuations = [] }: Service,
  { procedure }: DispatchRow<ServiceContext>,
): ReadonlyMap<string, Continuation> {
  const own = new Map<string, Continuation>();
  for (const continuation of continuations) {
    if (continuation.of.number !== procedure.number) continue;
    assert(!own.has(continuation.name), `${procedure.name}: "${continuation.name}" is there twice`);
    own.set(continuation.name, continuation);
  }
  return own;
}
