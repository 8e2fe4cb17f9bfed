import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import { nodeHttpClient } from '../../pa/adapters/node-http-adapter.ts';
import { readSecretFile } from '../../pa/adapters/secret-file-adapter.ts';
import { parsePamUrl } from '../../pa/directory/http-directory.ts';
import type { AttachOptions } from '../options.ts';
import { defaults } from '../options.ts';
import { AdminClient } from './admin-client.ts';
import { AttachedCluster } from './attached-cluster.ts';
import type { Cluster } from './cluster.ts';
import { findFuga } from './find-fuga.ts';
import { startLocalCluster } from './local-cluster.ts';

export interface LocalOptions {
  readonly folder: string;
  readonly registration: boolean;
  readonly signal: AbortSignal;
}

/** A PAM and a pair of our own. */
export function openLocalCluster(options: LocalOptions): Promise<Cluster> {
  return startLocalCluster({ ...options, fuga: findFuga(), alias: defaults.alias, openAdmin });
}

/** Servers that run already. */
export async function openAttachedCluster(options: AttachOptions): Promise<Cluster> {
  const urls = (texts: readonly string[], what: string): string[] =>
    texts.map((text) => {
      const url = parsePamUrl(text);
      if (url === undefined) throw new Error(`${text} is no address of ${what} (http://host:port)`);
      return url;
    });
  return new AttachedCluster({
    pams: urls(options.pams, 'a PAM'),
    alias: options.alias,
    adminUrls: urls(options.adminUrls, 'a server'),
    admin: await openAdmin(options.secretFile),
  });
}

async function openAdmin(secretFile: string): Promise<AdminClient> {
  const secret = await readSecretFile(secretFile);
  return new AdminClient({ environment: nodeEnvironment(), http: nodeHttpClient(), secret });
}
