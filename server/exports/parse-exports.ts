import { MNTPATHLEN } from '../../protocol/generated/mount.ts';
import { refusedNewName } from '../file-system/names.ts';
import { type ExportLine, exportLines, ExportsError, type ExportSource } from './export-lines.ts';
import { bySpecificity, type ExportClient } from './export-rule.ts';
import { parseClient } from './parse-client.ts';
import { type Export, VolumeExports } from './volume-exports.ts';

/** A call looks at each sub-tree beside its own. */
export const exportsPerVolumeMax = 256;
export const clientsPerExportMax = 1_024;

/**
 * Reads exports: lines `/ALIAS[/sub/dir] client(options) client(options) ...`. Returns those of each alias; one that is
 * not named is exported to nobody. Throws an ExportsError.
 */
export function parseExports(
  sources: readonly ExportSource[],
  aliases: readonly string[],
): ReadonlyMap<string, VolumeExports> {
  const places = new Map<string, string>();
  const byAlias = new Map<string, Export[]>(aliases.map((alias) => [alias, []]));
  for (const line of sources.flatMap(exportLines)) {
    const { place, words } = line;
    const [path = '', ...clients] = words;
    const [alias = '', ...names] = namesOf(place, path);
    const exports = byAlias.get(alias);
    if (exports === undefined) {
      throw new ExportsError(
        place,
        `this server has no volume /${alias}: it has ${listOf(aliases)}`,
      );
    }
    const key = [alias, ...names].join('/');
    const before = places.get(key);
    if (before !== undefined)
      throw new ExportsError(place, `/${key} is exported already, at ${before}`);
    if (exports.length >= exportsPerVolumeMax) {
      throw new ExportsError(place, `a volume has at most ${exportsPerVolumeMax} exports`);
    }
    places.set(key, place);
    exports.push({ names, clients: clientsOf(line, clients) });
  }
  return new Map([...byAlias].map(([alias, exports]) => [alias, new VolumeExports(exports)]));
}

function namesOf(place: string, path: string): string[] {
  if (!path.startsWith('/')) {
    throw new ExportsError(place, `"${path}" is no directory: write /ALIAS or /ALIAS/sub/dir`);
  }
  if (path.length > MNTPATHLEN) {
    throw new ExportsError(place, `no client can mount a path of more than ${MNTPATHLEN} bytes`);
  }
  const names = path.split('/').filter((name) => name !== '');
  const bad = names.find((name) => refusedNewName(name) !== undefined);
  if (bad !== undefined) throw new ExportsError(place, `"${bad}" is no name of a directory`);
  return names;
}

function clientsOf({ place }: ExportLine, words: readonly string[]): ExportClient[] {
  if (words.length === 0) {
    throw new ExportsError(
      place,
      'name the clients that may mount it: addresses, networks, or * for everybody',
    );
  }
  if (words.length > clientsPerExportMax) {
    throw new ExportsError(
      place,
      `an export has at most ${clientsPerExportMax} clients: write networks`,
    );
  }
  const clients = words.map((word) => {
    const client = parseClient(word);
    if (typeof client === 'string') throw new ExportsError(place, client);
    return client;
  });
  const named = new Set<string>();
  for (const { text, network } of clients) {
    const key =
      network === 'everybody' ? text : `${network.family} ${network.bits}/${network.prefixBits}`;
    if (named.has(key)) throw new ExportsError(place, `${text} is named twice`);
    named.add(key);
  }
  return clients.sort(bySpecificity);
}

function listOf(aliases: readonly string[]): string {
  return aliases.map((alias) => `/${alias}`).join(', ');
}
