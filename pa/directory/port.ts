import { PaError } from '../error.ts';
import { uiBytes } from '../header.ts';

/** One process that serves or stands by for an alias, as the holder last reported it; for `fuga status`. */
export interface PortMember {
  readonly node: string;
  readonly role: 'primary' | 'backup';
  /** host:port of its pair port. */
  readonly address: string;
}

/** Where an alias is served. */
export interface Port {
  readonly host: string;
  readonly port: number;
  readonly transport: 'tcp';
  /** Epoch of the claim under which it is served. */
  readonly epoch: number;
  /** The operator's name of the serving process. */
  readonly node: string;
  /** The alias's UI: the id of its stable area, as 32 hexadecimal digits in lower case. */
  readonly areaUi: string;
  /** The pair as its holder sees it, itself first; at most `membersMax`. */
  readonly members?: readonly PortMember[];
}

export const aliasNameLengthMax = 64;
export const hostLengthMax = 255;
export const nodeNameLengthMax = 64;
export const membersMax = 16;

/** Patterns rather than functions, so that the HTTP schemas and the checks are the same thing. */
export const aliasNamePattern = `^[a-z0-9][a-z0-9._-]{0,${aliasNameLengthMax - 1}}$`;
export const areaUiPattern = `^[0-9a-f]{${uiBytes * 2}}$`;

const aliasName = new RegExp(aliasNamePattern);
const areaUi = new RegExp(areaUiPattern);

export function isAliasName(name: string): boolean {
  return aliasName.test(name);
}

/** What a message says about a name that is none. */
export const aliasNameRule = `an alias name has 1 to ${aliasNameLengthMax} characters of a-z 0-9 . _ - and starts with a letter or digit`;

/** Throws a PaError `PA_BAD_NAME` for what is no alias name. */
export function assertAliasName(name: string): void {
  if (!isAliasName(name)) throw new PaError('PA_BAD_NAME', `"${name}": ${aliasNameRule}`);
}

/** True if the fields are within their limits; types were checked by whoever parsed it. */
export function isPort(port: Port): boolean {
  return (
    port.host.length > 0 &&
    port.host.length <= hostLengthMax &&
    Number.isInteger(port.port) &&
    port.port >= 1 &&
    port.port <= 65_535 &&
    Number.isSafeInteger(port.epoch) &&
    port.epoch >= 1 &&
    port.node.length <= nodeNameLengthMax &&
    areaUi.test(port.areaUi) &&
    (port.members?.length ?? 0) <= membersMax
  );
}

/** The same place under the same claim: nothing that a client would do differently. */
export function isSamePlace(one: Port | undefined, other: Port | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return (
    one.areaUi === other.areaUi &&
    one.epoch === other.epoch &&
    one.host === other.host &&
    one.port === other.port
  );
}

export function formatPort(port: Port): string {
  const host = port.host.includes(':') ? `[${port.host}]` : port.host;
  return `${host}:${port.port} (${port.node}, epoch ${port.epoch})`;
}
