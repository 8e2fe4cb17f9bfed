import { nodeEnvironment } from '../environment/adapters/node-environment.ts';
import { openNodeDirectory, parseServers } from '../pa/adapters/node-directory-adapter.ts';
import type { PaClientEvents } from '../pa/client/events.ts';
import { createPaClient, type PaClient } from '../pa/client/pa-client.ts';
import { parsePamUrl } from '../pa/directory/http-directory.ts';
import type { PortDirectory } from '../pa/directory/port-directory.ts';
import { authSys } from '../rpc/auth.ts';
import type { OpaqueAuth } from '../rpc/opaque-auth.ts';
import { processIdentity } from './adapters/process-identity.ts';
import type { CacheOptions } from './cache/cache-options.ts';
import type { FugaFs } from './file-system.ts';
import type { Identity } from './nfs/permission.ts';
import { openSession } from './open-session.ts';

/** AUTH_SYS has room for so many supplementary groups (RFC 5531 appendix A). */
const groupsMax = 16;
const machineNameBytesMax = 255;

export interface ConnectOptions {
  /** Name of the alias, e.g. `home`. */
  readonly alias: string;
  /** Addresses of the PAMs, `http://host:port` or `host:port`; one text with commas, or a list. */
  readonly pams?: string | readonly string[];
  /** `host:port` of servers that may serve the alias, instead of PAMs or for when none can be reached. */
  readonly servers?: string | readonly string[];
  /** Instead of both: any other directory. It is not closed by `close`. */
  readonly directory?: PortDirectory;
  /** In whose name files are used; the user of this process. Servers believe it, as NFS servers do. */
  readonly identity?: Identity;
  /** Mode bits that new files and directories never get; this process's. */
  readonly umask?: number;
  /** Bulk reads and writes under way at once; 64. */
  readonly window?: number;
  /** What is believed from before, and for how long; false (noac): nothing. */
  readonly cache?: CacheOptions | false;
  /** Told while calls wait, and when a takeover was gone through. */
  readonly events?: PaClientEvents;
}

/**
 * Connects to an alias. Resolves when its root is known; waits, without an end, while nobody serves it. Rejects with a
 * PaError `PA_UNKNOWN_ALIAS` where no PAM knows it.
 */
export async function connect(options: ConnectOptions): Promise<FugaFs> {
  const environment = nodeEnvironment();
  const own = options.directory === undefined ? openDirectory(options) : undefined;
  const directory = options.directory ?? own;
  if (directory === undefined) {
    throw new TypeError('connect needs `pams`, `servers` or a `directory`');
  }
  const client = createPaClient({
    environment,
    directory,
    ...(options.events === undefined ? {} : { events: options.events }),
  });
  const close = async () => {
    await client.close();
    own?.close();
  };
  const fs = openAlias(client, { ...options, close });
  try {
    await fs.access('/');
    return fs;
  } catch (error) {
    await close();
    throw error;
  }
}

export interface AliasOptions {
  readonly alias: string;
  readonly identity?: Identity | undefined;
  readonly umask?: number | undefined;
  readonly window?: number | undefined;
  readonly cache?: CacheOptions | false | undefined;
  /** What `close` of the file system does. */
  readonly close?: () => Promise<void>;
}

/** The files of one alias over a PA client that may have more of them. Makes no call yet. */
export function openAlias(client: PaClient, options: AliasOptions): FugaFs {
  const { random, clock } = nodeEnvironment();
  const own = processIdentity();
  const identity = options.identity ?? own;
  const alias = client.alias(options.alias);
  const credential = credentialOf(identity, own.machineName);
  return openSession({
    caller: {
      call: (version, procedure, args) => alias.call(version, procedure, args, { credential }),
    },
    exportPath: `/${options.alias}`,
    identity,
    random,
    umask: options.umask ?? own.umask,
    window: options.window,
    cache: options.cache === false ? undefined : { ...options.cache, clock },
    close: options.close,
  });
}

function credentialOf({ uid, gid, groups }: Identity, machineName: string): OpaqueAuth {
  const name = Buffer.from(machineName, 'utf8').toString('latin1').slice(0, machineNameBytesMax);
  return authSys({ machineName: name, uid, gid, gids: groups.slice(0, groupsMax) });
}

function openDirectory(options: ConnectOptions): PortDirectory | undefined {
  const pams = textsOf(options.pams).map((text) => {
    const url = parsePamUrl(text.trim());
    if (url === undefined)
      throw new TypeError(`"${text}" is no address of a PAM (http://host:port)`);
    return url;
  });
  const servers = parseServers(textsOf(options.servers));
  return pams.length + servers.length === 0 ? undefined : openNodeDirectory({ pams, servers });
}

function textsOf(list: string | readonly string[] = []): readonly string[] {
  return typeof list === 'string' ? list.split(',') : list;
}
