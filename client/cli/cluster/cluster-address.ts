import { isAliasName } from '../../../pa/directory/port.ts';
import type { Endpoint } from '../../../environment/network.ts';
import { parsePamUrl } from '../../../pa/directory/http-directory.ts';
import { parseServerAddress } from '../../../pa/directory/known-server.ts';
import { CommandFailure } from '../failure.ts';

/** Where a PAM is when nobody says anything else: what `fuga pam` listens on by default. */
export const defaultPamUrl = 'http://127.0.0.1:7460';

/** What is known of the cluster before anybody was asked. */
export interface ClusterAddress {
  /** Of the PAMs; none where only servers were named. */
  readonly urls: readonly string[];
  /** Servers that are asked beside the PAMs. */
  readonly servers: readonly Endpoint[];
  /** Where that was said, for messages: `--pam`. */
  readonly source: string;
  /** The alias that was named as the default. */
  readonly alias: string | undefined;
  /** Those that a cluster started here serves. */
  readonly aliases: readonly string[];
  readonly secretFile: string | undefined;
}

export interface AddressSources {
  readonly pam: string | undefined;
  readonly servers: string | undefined;
  readonly alias: string | undefined;
  readonly secretFile: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The text of `cluster.json` in the data folder, and how that is called; undefined where there is none. */
  readonly readClusterFile: () => { readonly path: string; readonly text: string } | undefined;
}

interface ClusterFile {
  readonly pams: readonly string[];
  readonly secretFile: string | undefined;
  readonly aliases: readonly string[];
}

/**
 * What the options say; else the environment; else the `fuga up` that runs over `./fuga-data`; else the default. Whoever
 * names servers, and no PAM, wants none.
 */
export function findCluster(sources: AddressSources): ClusterAddress {
  const { environment } = sources;
  const alias = checkedAlias(sources.alias ?? singleName(environment.FUGA_ALIAS));
  const secretFile = sources.secretFile ?? environment.FUGA_SECRET_FILE;
  const servers = findServers(sources);
  const said = nonEmpty(sources.pam) ?? nonEmpty(environment.FUGA_PAM);
  if (said !== undefined) {
    const source = nonEmpty(sources.pam) === undefined ? '$FUGA_PAM' : '--pam';
    return { urls: parseUrls(said, source), servers, source, alias, aliases: [], secretFile };
  }
  const found = sources.readClusterFile();
  const cluster = found === undefined ? undefined : parseClusterFile(found.text);
  if (found === undefined || cluster === undefined) {
    const urls = servers.length > 0 ? [] : [defaultPamUrl];
    const source = servers.length > 0 ? serversSource(sources) : 'the default';
    return { urls, servers, source, alias, aliases: [], secretFile };
  }
  return {
    urls: parseUrls(cluster.pams.join(','), found.path),
    servers,
    source: found.path,
    alias,
    aliases: cluster.aliases,
    secretFile: secretFile ?? cluster.secretFile,
  };
}

function parseUrls(text: string, source: string): string[] {
  const parts = text.split(',').map((part) => part.trim());
  return parts.map((part) => {
    const url = parsePamUrl(part);
    if (url === undefined) {
      throw new CommandFailure(
        `${source}: '${part}' is no address of a port alias manager, such as ${defaultPamUrl}`,
      );
    }
    return url;
  });
}

function serversSource(sources: AddressSources): string {
  return nonEmpty(sources.servers) === undefined ? '$FUGA_SERVERS' : '--servers';
}

function findServers(sources: AddressSources): Endpoint[] {
  const said = nonEmpty(sources.servers) ?? nonEmpty(sources.environment.FUGA_SERVERS);
  if (said === undefined) return [];
  return said.split(',').map((part) => {
    const at = parseServerAddress(part.trim());
    if (at !== undefined) return at;
    throw new CommandFailure(
      `${serversSource(sources)}: '${part.trim()}' is no address of a server, such as 127.0.0.1:2049`,
    );
  });
}

function checkedAlias(alias: string | undefined): string | undefined {
  if (alias === undefined || isAliasName(alias)) return alias;
  throw new CommandFailure(`'${alias}' is no name of an alias (a-z, 0-9, '.', '_', '-')`);
}

/** A server's $FUGA_ALIAS may name several; then it says nothing about a default. */
function singleName(text: string | undefined): string | undefined {
  return text?.includes(',') === true ? undefined : nonEmpty(text);
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/** Undefined for what is no cluster file: then it is as if there were none. */
function parseClusterFile(text: string): ClusterFile | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null || !('pams' in json)) return undefined;
  const fields = json as Readonly<Record<string, unknown>>;
  const pams = texts(fields.pams);
  if (pams.length === 0) return undefined;
  const secretFile = typeof fields.secretFile === 'string' ? fields.secretFile : undefined;
  return { pams, secretFile, aliases: texts(fields.aliases) };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
