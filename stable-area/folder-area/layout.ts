import { strict as assert } from 'node:assert';
import type { Random } from '../../environment/random.ts';

/*
 * What is where below the area's directory:
 *
 *   FORMAT            version of this layout; made first, never changed
 *   claims/<epoch>    one file per claim, never deleted
 *   epochs/<epoch>/   the engine's directory of that epoch
 *   segments/         the value log, of all epochs; see value-log/
 *   reserve           space kept for takeovers and for calls that free space
 *
 * Everything is made under a name of its maker's own first: `making-...` (with the epoch, so that who holds a later one
 * can clean up), `rehearsal-...` (likewise) and `probe-...`.
 */

export interface AreaPaths {
  readonly directory: string;
  readonly format: string;
  readonly claims: string;
  readonly epochs: string;
  readonly segments: string;
  readonly reserve: string;
}

export const formatName = 'FORMAT';
const claimsName = 'claims';
const epochsName = 'epochs';
const segmentsName = 'segments';
const reserveName = 'reserve';
const makingPrefix = 'making-';
const probePrefix = 'probe-';
const rehearsalPrefix = 'rehearsal-';

const epochPattern = /^[1-9]\d{0,14}$/;
const makingPattern = /^making-([1-9]\d{0,14})-[0-9a-f]+$/;
const rehearsalPattern = /^rehearsal-([1-9]\d{0,14})-[0-9a-f]+$/;
/** What may be in a directory that becomes an area: what an interrupted making leaves, and what file systems put there. */
const ignoredPattern = /^(making-|probe-|rehearsal-|lost\+found$)/;
const randomBytes = 8;

export function areaPaths(directory: string): AreaPaths {
  return {
    directory,
    format: `${directory}/${formatName}`,
    claims: `${directory}/${claimsName}`,
    epochs: `${directory}/${epochsName}`,
    segments: `${directory}/${segmentsName}`,
    reserve: `${directory}/${reserveName}`,
  };
}

/** Path of the claim or of the epoch's directory in that folder. */
export function numbered(folder: string, epoch: number): string {
  assert(Number.isSafeInteger(epoch) && epoch > 0);
  return `${folder}/${epoch}`;
}

export function epochsAmong(names: readonly string[]): number[] {
  return names.filter((name) => epochPattern.test(name)).map(Number);
}

/** 0 where there is none. */
export function highestAmong(names: readonly string[]): number {
  // Claims are never deleted, so there are many: only a name that may be higher is looked at closely.
  let highest = '';
  // The last ones first: where names are kept in the order in which they came, that is the highest.
  for (let at = names.length - 1; at >= 0; at -= 1) {
    const name = names[at] ?? '';
    const isLower = name.length === highest.length ? name <= highest : name.length < highest.length;
    if (!isLower && epochPattern.test(name)) highest = name;
  }
  return Number(highest);
}

/** A name that nobody else has, for what is becoming the claim or the directory of `epoch`. */
export function makingName(epoch: number, random: Random): string {
  return `${makingPrefix}${epoch}-${random.bytes(randomBytes).toString('hex')}`;
}

export function makingFormatName(random: Random): string {
  return `${makingPrefix}format-${random.bytes(randomBytes).toString('hex')}`;
}

export function probeName(random: Random): string {
  return `${probePrefix}${random.bytes(randomBytes).toString('hex')}`;
}

export function rehearsalName(epoch: number, random: Random): string {
  return `${rehearsalPrefix}${epoch}-${random.bytes(randomBytes).toString('hex')}`;
}

/** The epoch that a leftover was to become; undefined for other names. */
export function epochInMaking(name: string): number | undefined {
  const digits = makingPattern.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function isProbe(name: string): boolean {
  return name.startsWith(probePrefix);
}

/** The epoch whose copy a leftover was; undefined for other names. */
export function epochInRehearsal(name: string): number | undefined {
  const digits = rehearsalPattern.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** A name that nobody would miss: the directory may become an area although it is there. */
export function isIgnored(name: string): boolean {
  return ignoredPattern.test(name);
}
