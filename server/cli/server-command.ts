import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { collectDefaultMetrics } from 'prom-client';
import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
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
import { killSelf } from '../process/kill-self-adapter.ts';
import { endProcess } from '../../pa/adapters/end-process-adapter.ts';
import { processIdentity } from '../../pa/adapters/process-identity-adapter.ts';
import { reportedEvent } from '../process/process-report.ts';
import {
  ListenError,
  type ServerOptions,
  type ServerParts,
  startServer,
} from '../process/server-process.ts';
import { ConfiguredExports } from '../exports/configured-exports.ts';
import { createFileSystemServices } from '../volume.ts';
import { type ExportOptions, exportSources } from './export-sources.ts';
import { bindFailure, CommandFailure, describeFailure } from './failure.ts';
import { type Lifetime, reportToParent, tieLifetime } from './lifetime.ts';
import type { LogLevel } from './option-parsers.ts';
import { openProcessLog } from './process-log.ts';
import { StartFailureWatch } from './start-failure.ts';

export interface ServerCommandOptions extends ExportOptions {
  readonly node: string;
  readonly data: string;
  readonly alias: readonly string[];
  readonly pam: readonly string[];
  readonly host: string;
  readonly port: number;
  /** Undefined, or the same: MOUNT is served there too. */
  readonly mountPort?: number;
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
  readonly logLevel: LogLevel;
}

/** `fuga server`: runs one process of a pair until a signal ends it. */
export async function runServer(command: ServerCommandOptions): Promise<void> {
  checkPorts(command);
  const log = openProcessLog(command.logLevel, command.node);
  const lifetime = tieLifetime(log);
  const { secretFile } = command;
  const secret = secretFile === undefined ? undefined : await readSecretFile(secretFile);
  const exports = await openExports(command, log);
  const environment = nodeEnvironment();
  const directory = new HttpPortDirectory({
    environment,
    http: nodeHttpClient(),
    urls: command.pam,
    secret,
  });
  const server = await startServer(serverOptions(command, secret), {
    environment,
    identity: processIdentity(),
    endProcess,
    log,
    directory,
    openArea: areaOpener(command.data, environment),
    exports,
    createServices: (alias) =>
      createFileSystemServices({
        random: environment.random,
        exports: () => exports.of(alias),
        warn: (reason) => {
          log.warn({ alias }, reason);
        },
        ...(command.quota === undefined ? {} : { quotaBytes: command.quota }),
      }),
    prepareMetrics: ({ registry }) => {
      collectDefaultMetrics({ register: registry });
    },
    observe: observer(command, lifetime),
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

/** The ports of several aliases follow each other. */
function checkPorts({ alias, port, mountPort = 0 }: ServerCommandOptions): void {
  const isApart = port === mountPort || Math.abs(port - mountPort) >= alias.length;
  if (port === 0 || mountPort === 0 || isApart) return;
  throw new CommandFailure(
    `${alias.length} aliases take as many ports from --nfs-port ${port} and from --mount-port ${mountPort} on: choose two that are further apart`,
  );
}

function serverOptions(
  command: ServerCommandOptions,
  secret: ClusterSecret | undefined,
): ServerOptions {
  const { node, alias, host, port, mountPort, pairPort, adminPort, silenceMs, registration } =
    command;
  const { portmapper, portmapperPort, rpcbind } = command;
  const advertiseHost = command.advertise ?? (isWildcard(host) ? hostname() : undefined);
  return {
    node,
    aliases: alias,
    host,
    port,
    pairPort,
    adminPort,
    registration,
    ...(mountPort === undefined || (mountPort === port && port !== 0) ? {} : { mountPort }),
    ...(portmapper || rpcbind
      ? { portmapper: { kind: portmapper ? 'own' : 'running', port: portmapperPort } }
      : {}),
    ...(advertiseHost === undefined ? {} : { advertiseHost }),
    ...(secret === undefined ? {} : { secret }),
    ...(silenceMs === undefined ? {} : { silenceMs }),
    ...(process.env.FUGA_FAILPOINT_CONTROL === '1'
      ? { failpoints: new FailpointControl(killSelf) }
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
  command: ServerCommandOptions,
  lifetime: Lifetime,
): (alias: string, event: VolumeEvent) => void {
  const watches = new Map(
    command.alias.map((alias, index) => {
      const { host, port, mountPort } = command;
      const at = (first: number): number => (first === 0 ? 0 : first + index);
      const mountAt = mountPort === undefined ? undefined : at(mountPort);
      return [alias, new StartFailureWatch(host, at(port), mountAt)];
    }),
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
