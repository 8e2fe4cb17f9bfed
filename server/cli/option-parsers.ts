import { InvalidArgumentError } from 'commander';
import { aliasNameRule, isAliasName, nodeNameLengthMax } from '../../pa/directory/port.ts';

// What a user types becomes a checked value here, or a sentence that says what would have been right.

const portMax = 65_535;
/** A day: whatever is larger was meant in another unit. */
const millisecondsMax = 86_400_000;
const aliasesMax = 64;
/** Names of our own files in a data folder begin so. */
const reservedPrefix = 'cluster.';

export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port <= portMax)) {
    throw new InvalidArgumentError(`A port is a number from 0 (any free one) to ${portMax}.`);
  }
  return port;
}

/** One or more, separated by commas. */
export function parsePorts(text: string): number[] {
  return text.split(',').map((part) => parsePort(part.trim()));
}

export function parseMilliseconds(text: string): number {
  const milliseconds = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (!(milliseconds >= 1 && milliseconds <= millisecondsMax)) {
    throw new InvalidArgumentError('Expected a number of milliseconds, 1 or more, such as 1000.');
  }
  return milliseconds;
}

export function parseCount(most: number): (text: string) => number {
  return (text) => {
    const count = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (!(count >= 1 && count <= most)) {
      throw new InvalidArgumentError(`Expected a number from 1 to ${most}.`);
    }
    return count;
  };
}

const powers: Readonly<Record<string, number>> = { '': 0, K: 1, M: 2, G: 3, T: 4, P: 5 };

/** `10G`, `1.5TiB` (powers of 1,024), `500MB` (of 1,000), or plain bytes. */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([KMGTP]?)(iB|B)?$/i.exec(text.trim());
  const [, amount, letter = '', suffix = ''] = match ?? [];
  const power = powers[letter.toUpperCase()] ?? 0;
  const base = suffix.toLowerCase() === 'b' ? 1_000 : 1_024;
  const bytes = Math.floor(Number(amount ?? NaN) * base ** power);
  if (!Number.isSafeInteger(bytes) || bytes < 1) {
    throw new InvalidArgumentError('Expected a size such as 500M, 10G or 1.5T.');
  }
  return bytes;
}

export function parseAliases(text: string): string[] {
  const names = splitList(text);
  if (names.length === 0) throw new InvalidArgumentError('Expected at least one alias.');
  if (names.length > aliasesMax) {
    throw new InvalidArgumentError(`One process serves at most ${aliasesMax} aliases.`);
  }
  for (const name of names) {
    if (!isAliasName(name)) throw new InvalidArgumentError(`"${name}": ${aliasNameRule}.`);
    if (name.startsWith(reservedPrefix)) {
      throw new InvalidArgumentError(
        `"${name}": names that begin with "${reservedPrefix}" are taken by the cluster's own files.`,
      );
    }
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new InvalidArgumentError(`"${twice}" is named twice.`);
  return names;
}

export function parseNode(text: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(text) || text.length > nodeNameLengthMax) {
    throw new InvalidArgumentError(
      `A node name has 1 to ${nodeNameLengthMax} letters, digits, dots, hyphens or underscores.`,
    );
  }
  return text;
}

/** One or more addresses of PAMs; `host:port` means `http://host:port`. */
export function parsePams(text: string): string[] {
  const urls = splitList(text).map((part) => parseUrl(part, 'a PAM', 'http://127.0.0.1:7460'));
  if (urls.length === 0)
    throw new InvalidArgumentError('Expected the address of at least one PAM.');
  return urls;
}

/** One or more administrative addresses of servers, in the same way. */
export function parseAdmins(text: string): string[] {
  const urls = splitList(text).map((part) => parseUrl(part, 'a server', 'http://127.0.0.1:8080'));
  if (urls.length === 0) throw new InvalidArgumentError('Expected the address of a server.');
  return urls;
}

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

function parseUrl(text: string, what: string, example: string): string {
  const full = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (url?.protocol !== 'http:' || url.hostname === '' || url.pathname !== '/') {
    throw new InvalidArgumentError(`"${text}" is no address of ${what}, such as ${example}.`);
  }
  return url.origin;
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
