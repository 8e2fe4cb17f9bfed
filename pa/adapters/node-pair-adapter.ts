import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import { openFolderArea } from '../../stable-area/folder-area/folder-area.ts';
import { createLevelEngineFactory } from '../../stable-area/leveldb/level-engine-adapter.ts';
import { createPaClient, type PaAlias, type PaClientOptions } from '../client/pa-client.ts';
import type { ClusterSecret } from '../secret.ts';
import type { PairProcess, VolumeEvent, VolumeHostOptions } from '../server/host.ts';
import { startPairProcess } from '../server/pair-process.ts';
import type { VolumeServices } from '../server/service.ts';
import { endProcess } from './end-process-adapter.ts';
import { isProcessOver } from './process-over-adapter.ts';
import { openNodeDirectory, parseServers } from './node-directory-adapter.ts';
import { processIdentity } from './process-identity-adapter.ts';

export interface ServeOptions
  extends Pick<VolumeHostOptions, 'silenceMs' | 'leaseMs' | 'registration' | 'failpoints'> {
  /** The operator's name of this process; different for each process of the pair. */
  readonly node: string;
  readonly alias: string;
  /** The stable area: a folder on a local file system, the same for all processes of the pair. */
  readonly data: string;
  /** `http://host:port` of each PAM. */
  readonly pams: readonly string[];
  readonly services: VolumeServices;
  /** Default: loopback, any free port. Other addresses need the secret. */
  readonly host?: string;
  readonly port?: number;
  readonly secret?: ClusterSecret;
  readonly observe?: (event: VolumeEvent) => void;
}

/**
 * Makes this process one of a pair for one alias, over LevelDB: everything that a service author needs to call. Rejects
 * with a StableAreaError where the folder cannot be used, and with a PaError `PA_BIND`.
 */
export async function serveAlias(options: ServeOptions): Promise<PairProcess> {
  const { node, alias, data, services, secret, host = '127.0.0.1', port = 0 } = options;
  const environment = nodeEnvironment();
  const directory = openNodeDirectory({ pams: options.pams, secret });
  const process = await startPairProcess({
    environment,
    node,
    identity: processIdentity(),
    endProcess,
    isProcessOver,
    directory,
    pairListen: { host, port: 0 },
    ...(secret && { secret }),
  });
  const area = await openFolderArea({
    ...environment,
    directory: data,
    engineFactory: createLevelEngineFactory({ folder: environment.folder }),
  });
  process.addVolume({ ...options, alias, area, services, listen: { host, port } });
  return {
    ...process,
    async close() {
      await process.close();
      directory.close();
    },
  };
}

export interface ConnectOptions extends Omit<PaClientOptions, 'environment' | 'directory'> {
  readonly alias: string;
  /** `http://host:port` of each PAM. */
  readonly pams?: readonly string[];
  /** `host:port` of servers that may serve the alias, instead of PAMs or for when none can be reached. */
  readonly servers?: readonly string[];
}

/** An alias to call, with a client of its own. */
export interface ConnectedAlias extends PaAlias {
  /** Says goodbye to the server; what is pending is rejected. */
  close(): Promise<void>;
}

/** Connects to an alias; generated stubs run over what is returned. Throws where an address is none, or there is none. */
export function connectAlias(options: ConnectOptions): ConnectedAlias {
  const { alias: name, pams = [], servers = [], ...clientOptions } = options;
  const environment = nodeEnvironment();
  const directory = openNodeDirectory({ pams, servers: parseServers(servers) });
  const client = createPaClient({ ...clientOptions, environment, directory });
  const alias = client.alias(name);
  return {
    name,
    call: (version, procedure, args, callOptions) =>
      alias.call(version, procedure, args, callOptions),
    callRaw: (call, callOptions) => alias.callRaw(call, callOptions),
    extendLease: (extraMs) => alias.extendLease(extraMs),
    status: () => alias.status(),
    async close() {
      await client.close();
      directory.close();
    },
  };
}
