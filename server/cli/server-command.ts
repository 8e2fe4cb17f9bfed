import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { collectDefaultMetrics } from 'prom-client';
import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import { supervisedNetwork } from '../../environment/adapters/supervised-network.ts';
import type { Environment } from '../../environment/environment.ts';
import { isWildcard } from '../../environment/network.ts';
import { nodeHttpClient } from '../../pa/adapters/node-http-adapter.ts';
import { readSecretFile } from '../../pa/adapters/secret-file-adapter.ts';
import { isLoopback } from '../../pa/bind-rule.ts';
import { HttpPortDirectory } from '../../pa/directory/http-directory.ts';
import type { ClusterSecret } from '../../pa/secret.ts';
import type { VolumeEvent } from '../../pa/server/host.ts';
import { openFolderArea } from '../../stable-area/folder-area/folder-area.ts';
import { createLevelEngineFactory } from '../../stable-area/leveldb/level-engine-adapter.ts';
import { FailpointControl } from '../admin/failpoint-control.ts';
import { blockSelf } from '../process/block-self-adapter.ts';
import { killSelf } from '../process/kill-self-adapter.ts';
import { endProcess } from '../../pa/adapters/end-process-adapter.ts';
import { isProcessOver } from '../../pa/adapters/process-over-adapter.ts';
import { processIdentity } from '../../pa/adapters/process-identity-adapter.ts';
import { reportedEvent } from '../process/process-report.ts';
import {
  ListenError,
  type ServerOptions,
  type ServerParts,
  startServer,
} from '../process/server-process.ts';
import { ConfiguredExports } from '../exports/configured-exports.ts';
import { rehearseFileSystem } from '../rehearsal.ts';
import { createFileSystemServices } from '../volume.ts';
import { type AliasPorts, aliasPorts, type PortOptions } from './alias-ports.ts';
import { type ExportOptions, exportSources } from './export-sources.ts';
import { bindFailure, CommandFailure, describeFailure } from './failure.ts';
import { type Lifetime, parentChannel, reportToParent, tieLifetime } from './lifetime.ts';
import type { LogLevel } from './option-parsers.ts';
import { openProcessLog } from './process-log.ts';
import { StartFailureWatch } from './start-failure.ts';

export interface ServerCommandOptions extends ExportOptions, PortOptions {
  readonly node: string;
  readonly data: string;
  readonly pam: readonly string[];
  readonly host: string;
  readonly pairPort: number;
  readonly adminPort: number;
  readonly advertise?: string;
  /** Run a portmapper of our own. */
  readonly portmapper: boolean;
  readonly portmapperPort: number;
  /** Tell whichever runs. */
  readonly rpcbind: boolean;
  readonly secretFile?: string;
  readonly silenceMs?: number;
  readonly quota?: number;
  readonly registration: boolean;
  /** The service ports are held by the process that started this one. */
  readonly supervised: boolean;
  readonly logLevel: LogLevel;
}

/** `fuga server`: runs one process of a pair until a signal ends it. */
export async function runServer(command: ServerCommandOptions): Promise<void> {
  const ports = aliasPorts(command);
  const log = openProcessLog(command.logLevel, command.node);
  const lifetime = tieLifetime(log);
  const { secretFile } = command;
  const secret = secretFile === undefined ? undefined : await readSecretFile(secretFile);
  const exports = await openExports(command, log);
  const environment = environmentOf(command, ports);
  const directory = new HttpPortDirectory({
    environment,
    http: nodeHttpClient(),
    urls: command.pam,
    secret,
  });
  const server = await startServer(serverOptions(command, ports, secret), {
    environment,
    identity: processIdentity(),
    // A test that wakes a hung process wants to see what it does then.
    isProcessOver,
    endProcess: process.env.FUGA_SPARE_HUNG === '1' ? () => false : endProcess,
    log,
    directory,
    openArea: areaOpener(command.data, environment),
    exports,
    createServices: (alias) => ({
      ...createFileSystemServices({
        random: environment.random,
        exports: () => exports.of(alias),
        warn: (reason) => {
          log.warn({ alias }, reason);
        },
        ...(command.quota === undefined ? {} : { quotaBytes: command.quota }),
      }),
      rehearse: (clients) => rehearseFileSystem(alias, clients),
    }),
    prepareMetrics: ({ registry }) => {
      collectDefaultMetrics({ register: registry });
    },
    observe: observer(command, ports, lifetime),
  }).catch((error: unknown) => {
    throw startFailure(error, command);
  });
  lifetime.onEnd(async () => {
    await server.close();
    directory.close();
  });
  const pairAddress = `${server.pairAddress.host}:${server.pairAddress.port}`;
  const { adminUrl } = server;
  log.info(
    { adminUrl, pairAddress },
    `server ${command.node}: admin on ${adminUrl}, pair on ${pairAddress}`,
  );
  reportToParent({ kind: 'server', adminUrl, pairAddress });
}

/** Reads the exports, and again at SIGHUP: what cannot be read then is logged, and the old ones stay in force. */
async function openExports(command: ServerCommandOptions, log: Logger): Promise<ConfiguredExports> {
  const exports = new ConfiguredExports(command.alias, exportSources(command));
  await exports.load();
  if (!exports.isConfigured && !isLoopback(command.host)) {
    log.warn('everybody who reaches this server may do everything, as root too: see --exports');
  }
  process.on('SIGHUP', () => {
    exports.load().then(
      () => {
        log.info('the exports were read again');
      },
      (error: unknown) => {
        log.error(
          { err: error },
          `the old exports stay: ${describeFailure(error) ?? String(error)}`,
        );
      },
    );
  });
  return exports;
}

function environmentOf({ supervised }: ServerCommandOptions, ports: AliasPorts): Environment {
  const environment = nodeEnvironment();
  if (!supervised) return environment;
  const held = new Set([...ports.ports, ...(ports.mountPorts ?? [])]);
  if (held.has(0)) throw new CommandFailure('--supervised goes with ports that are known');
  return { ...environment, network: supervisedNetwork(environment.network, held, parentChannel()) };
}

function serverOptions(
  command: ServerCommandOptions,
  { ports, mountPorts }: AliasPorts,
  secret: ClusterSecret | undefined,
): ServerOptions {
  const { node, alias, host, pairPort, adminPort, silenceMs, registration } = command;
  const { portmapper, portmapperPort, rpcbind } = command;
  const advertiseHost = command.advertise ?? (isWildcard(host) ? hostname() : undefined);
  return {
    node,
    aliases: alias,
    host,
    ports,
    pairPort,
    adminPort,
    registration,
    ...(mountPorts === undefined ? {} : { mountPorts }),
    ...(portmapper || rpcbind
      ? { portmapper: { kind: portmapper ? 'own' : 'running', port: portmapperPort } }
      : {}),
    ...(advertiseHost === undefined ? {} : { advertiseHost }),
    ...(secret === undefined ? {} : { secret }),
    ...(silenceMs === undefined ? {} : { silenceMs }),
    ...(process.env.FUGA_FAILPOINT_CONTROL === '1'
      ? { failpoints: new FailpointControl({ kill: killSelf, block: blockSelf }) }
      : {}),
  };
}

/** The stable area of alias X is DATA/X. */
function areaOpener(data: string, environment: Environment): ServerParts['openArea'] {
  const engineFactory = createLevelEngineFactory({ folder: environment.folder });
  return (alias) =>
    openFolderArea({ ...environment, directory: join(resolve(data), alias), engineFactory });
}

/** Reports what happens, and ends the process where it could never serve. */
function observer(
  { alias: aliases, host }: ServerCommandOptions,
  { ports, mountPorts }: AliasPorts,
  lifetime: Lifetime,
): (alias: string, event: VolumeEvent) => void {
  const watches = new Map(
    aliases.map((alias, index) => [
      alias,
      new StartFailureWatch(host, ports[index] ?? 0, mountPorts?.[index]),
    ]),
  );
  return (alias, event) => {
    reportToParent({ kind: 'volume', alias, event: reportedEvent(event) });
    const failure = watches.get(alias)?.look(event);
    if (failure === undefined) return;
    const message = `${alias}: ${describeFailure(failure) ?? failure.message}`;
    console.error(`fuga server: ${message}`);
    void lifetime.end(1);
  };
}

function startFailure(error: unknown, { host }: ServerCommandOptions): unknown {
  if (!(error instanceof ListenError)) return error;
  return bindFailure(error.cause, error.what, host, error.port, `--${error.what}-port`);
}
