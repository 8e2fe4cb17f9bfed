import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import { nodeRandom } from '../../environment/adapters/node-random.ts';
import { nodeHttpClient } from '../../pa/adapters/node-http-adapter.ts';
import { createSecretFile, readSecretFile } from '../../pa/adapters/secret-file-adapter.ts';
import { parsePamUrl } from '../../pa/directory/http-directory.ts';
import type { AttachOptions } from '../options.ts';
import { defaults } from '../options.ts';
import { AdminClient } from './admin-client.ts';
import { AttachedCluster } from './attached-cluster.ts';
import type { Cluster } from './cluster.ts';
import { findFuga } from './find-fuga.ts';
import { startOwnCluster } from './own-cluster.ts';
import type { Stage } from './stage.ts';

export interface LocalOptions {
  readonly folder: string;
  readonly stage: Stage;
  readonly registration: boolean;
  readonly signal: AbortSignal;
}

/** PAMs and a pair of our own, on the stage. */
export async function openOwnCluster(options: LocalOptions): Promise<Cluster> {
  const { folder, stage } = options;
  const secretFile = join(folder, 'cluster.secret');
  await createSecretFile(secretFile, nodeRandom).catch(async (error: unknown) => {
    // A folder that was used before has one.
    await readSecretFile(secretFile).catch(() => Promise.reject(error as Error));
  });
  await mkdir(stage.dataFolder, { recursive: true });
  return startOwnCluster({
    ...options,
    ...stage,
    secretFile,
    fuga: findFuga(),
    alias: defaults.alias,
    admin: await openAdmin(secretFile),
  });
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
