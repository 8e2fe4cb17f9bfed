import { type Endpoint, isWildcard } from '../../environment/network.ts';
import type { ProgramAddress } from './call-null.ts';
import { addressesOf, isNetid, netids } from './netid.ts';
import type { ListedRegistration, NewRegistration, ProgramTable } from './program-table.ts';
import { parseUniversalAddress, universalAddress } from './universal-address.ts';

/** A program that is served over TCP and UDP on one port. */
export interface ServedProgram {
  readonly program: number;
  readonly version: number;
}

/** What became of one program, in all its versions. */
export type ProgramOutcome =
  | { readonly kind: 'registered'; readonly program: number }
  /** Somebody else serves it on this machine, and answers: nothing was changed. */
  | { readonly kind: 'taken'; readonly program: number; readonly port: number }
  /** The portmapper does not let us. */
  | { readonly kind: 'refused'; readonly program: number };

/**
 * Registers programs with a portmapper. What a dead process has left behind is replaced; a program that somebody else
 * serves is left to him, all of its versions: half of a program here and half there would help nobody.
 */
export async function registerPrograms(
  table: ProgramTable,
  programs: readonly ServedProgram[],
  bound: Endpoint,
  isAnswered: (address: ProgramAddress) => Promise<boolean>,
): Promise<readonly ProgramOutcome[]> {
  const listed = await table.list();
  const outcomes: ProgramOutcome[] = [];
  for (const [program, wanted] of wantedByProgram(programs, bound)) {
    const known = listed.filter((row) => row.program === program);
    const foreign = known.filter((row) => !wanted.some((own) => isAt(row, own.address)));
    const taken = await findAnswered(foreign, isAnswered);
    if (taken !== undefined) outcomes.push({ kind: 'taken', program, port: taken });
    else if (await setAll(table, wanted, known)) outcomes.push({ kind: 'registered', program });
    else outcomes.push({ kind: 'refused', program });
  }
  return outcomes;
}

/**
 * Takes back what `registerPrograms` registered, and nothing that another process has registered since: neither at
 * another port nor, which looks the same, at ours, where a successor answers by now.
 */
export async function unregisterPrograms(
  table: ProgramTable,
  programs: readonly ServedProgram[],
  bound: Endpoint,
  isAnswered: (address: ProgramAddress) => Promise<boolean>,
): Promise<void> {
  const listed = await table.list();
  for (const wanted of wantedByProgram(programs, bound).values()) {
    const registered = wanted.filter((own) =>
      listed.some((row) => isSamePlace(row, own) && isAt(row, own.address)),
    );
    const rows = listed.filter((row) => registered.some((own) => isSamePlace(row, own)));
    if ((await findAnswered(rows, isAnswered)) !== undefined) continue;
    for (const own of registered) await table.unset(own);
  }
}

function wantedByProgram(
  programs: readonly ServedProgram[],
  bound: Endpoint,
): Map<number, NewRegistration[]> {
  const wanted = new Map<number, NewRegistration[]>();
  for (const { program, version } of programs) {
    const more = addressesOf(bound).map((address) => ({ program, version, ...address }));
    wanted.set(program, [...(wanted.get(program) ?? []), ...more]);
  }
  return wanted;
}

async function setAll(
  table: ProgramTable,
  wanted: readonly NewRegistration[],
  known: readonly ListedRegistration[],
): Promise<boolean> {
  // Version 2 unsets all transports of a version at once: first all goes, then all comes.
  for (const own of wanted) {
    const stale = known.some((row) => isSamePlace(row, own) && !isAt(row, own.address));
    if (stale) await table.unset(own);
  }
  let isComplete = true;
  for (const own of wanted) {
    if (!(await table.set(own))) isComplete = false;
  }
  return isComplete;
}

/** The port of the first that answers. */
async function findAnswered(
  rows: readonly ListedRegistration[],
  isAnswered: (address: ProgramAddress) => Promise<boolean>,
): Promise<number | undefined> {
  const asked = new Set<string>();
  for (const { program, version, netid, address } of rows) {
    const at = parseUniversalAddress(address);
    if (at === undefined || !isNetid(netid) || asked.has(`${netid} ${address}`)) continue;
    asked.add(`${netid} ${address}`);
    const { transport } = netids[netid];
    if (await isAnswered({ program, version, transport, at: reachable(at) })) return at.port;
  }
  return undefined;
}

function reachable({ host, port }: Endpoint): Endpoint {
  if (!isWildcard(host)) return { host, port };
  return { host: host === '::' ? '::1' : '127.0.0.1', port };
}

function isSamePlace(row: ListedRegistration, own: NewRegistration): boolean {
  return row.program === own.program && row.version === own.version && row.netid === own.netid;
}

function isAt(row: ListedRegistration, address: Endpoint): boolean {
  return row.address === universalAddress(address);
}
