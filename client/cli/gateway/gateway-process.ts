import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { type Logger, pino, stdTimeFunctions } from 'pino';
import { nodeEnvironment } from '../../../environment/adapters/node-environment.ts';
import type { Environment } from '../../../environment/environment.ts';
import type { Endpoint } from '../../../environment/network.ts';
import { openNodeDirectory } from '../../../pa/adapters/node-directory-adapter.ts';
import { readSecretFile } from '../../../pa/adapters/secret-file-adapter.ts';
import { assertMayBind } from '../../../pa/bind-rule.ts';
import { windowMax } from '../../../pa/client/limits.ts';
import { createPaClient, type PaClient } from '../../../pa/client/pa-client.ts';
import type { PortDirectory } from '../../../pa/directory/port-directory.ts';
import type { ClusterSecret } from '../../../pa/secret.ts';
import { portmapperPort } from '../../../rpc/portmapper/registry.ts';
import { openGatewayState } from '../../gateway/adapters/gateway-state.ts';
import { Gateway, GatewayListenError } from '../../gateway/gateway.ts';
import type { ClusterAddress } from '../cluster/cluster-address.ts';
import { waitingText } from '../cluster/open-cluster.ts';
import { CommandFailure } from '../failure.ts';
import { systemCodeOf } from '../../../environment/system-code.ts';
import { mountCommand } from './mount-command.ts';

export interface GatewayProcessOptions {
  readonly alias: string;
  readonly address: ClusterAddress;
  readonly workingDirectory: string;
  readonly listen: Endpoint;
  readonly mountPort?: number | undefined;
  readonly portmapper: boolean;
  readonly secure: boolean;
  /** As typed. */
  readonly state: string;
  readonly logLevel: string;
}

/** Runs a gateway until a signal ends it. `ready` is given the line that says how to mount. */
export async function runGatewayProcess(
  options: GatewayProcessOptions,
  ready: (line: string) => Promise<void>,
): Promise<void> {
  const { alias, address, workingDirectory } = options;
  const secret =
    address.secretFile === undefined
      ? undefined
      : await readSecretFile(resolve(workingDirectory, address.secretFile));
  // Without a secret servers believe a gateway on their own machine alone; nor may it speak for others then.
  assertMayBind(options.listen.host, secret !== undefined);
  const environment = nodeEnvironment();
  const state = await openGatewayState(resolve(workingDirectory, options.state), environment);
  const log = openLog(options);
  const directory = openNodeDirectory({ pams: address.urls, servers: address.servers });
  const client = openClient(environment, directory, secret, log);
  try {
    const { gatewayUi } = state;
    const gateway = await startGateway(options, { environment, client, gatewayUi, log });
    const { address: nfsAt, mountAddress: mountAt } = gateway;
    log.info({ alias, listen: nfsAt, mount: mountAt, pams: address.urls }, `gateway for ${alias}`);
    await ready(`gateway for ${alias}: ${mountCommand(alias, nfsAt, mountAt, hostname())}`);
    const signal = await signalled();
    log.info({ signal, calls: gateway.heldCalls }, `ending (${signal})`);
    await gateway.close();
  } finally {
    await client.close();
    directory.close();
    state.release();
  }
}

/** JSON lines, as other processes have them; on standard error, because the mount command is standard output. */
function openLog({ logLevel: level, alias }: GatewayProcessOptions): Logger {
  return pino(
    {
      level,
      base: { name: `gateway ${alias}`, pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
    },
    pino.destination({ dest: 2, sync: true }),
  );
}

/**
 * FT-IPC with a UI of this process alone: a restarted gateway is another PA client. What it must recognise again are its
 * clients, which servers know by the gateway's UI.
 */
function openClient(
  environment: Environment,
  directory: PortDirectory,
  secret: ClusterSecret | undefined,
  log: Logger,
): PaClient {
  return createPaClient({
    environment,
    directory,
    secret,
    // A mount waits for its server, however it was named and whenever that comes.
    limits: { outstandingMax: windowMax, unknownAliasPatienceMs: Number.POSITIVE_INFINITY },
    events: {
      waiting: (waiting) => {
        log.warn({ reason: waiting.reason, waitingMs: waiting.waitingMs }, waitingText(waiting));
      },
      stalled: ({ stallMs, isTakeover, resent, to }) => {
        const what = isTakeover ? 'takeover' : 'the connection broke';
        const stall = Math.round(stallMs);
        log.info({ stallMs: stall, resent, to }, `${what}: calls waited ${stall} ms`);
      },
    },
  });
}

async function startGateway(
  { alias, listen, mountPort, portmapper, secure }: GatewayProcessOptions,
  parts: {
    readonly environment: Environment;
    readonly client: PaClient;
    readonly gatewayUi: Buffer;
    readonly log: Logger;
  },
): Promise<Gateway> {
  const { environment, client, gatewayUi, log } = parts;
  try {
    return await Gateway.start({
      environment,
      alias: client.alias(alias),
      gatewayUi,
      listen,
      mountPort,
      portmapperPort: portmapper ? portmapperPort : undefined,
      secure,
      log,
    });
  } catch (error) {
    throw error instanceof GatewayListenError ? listenFailure(error) : error;
  }
}

/** What went wrong, and which option helps. */
function listenFailure(error: GatewayListenError): CommandFailure {
  const { what, at } = error;
  const { cause } = error;
  const option = `--${what}`;
  switch (systemCodeOf(cause)) {
    case 'EADDRINUSE':
      return new CommandFailure(
        what === 'portmapper'
          ? `port ${at.port} on ${at.host} is in use: a portmapper runs here already. Without --portmapper clients are given the ports as mount options`
          : `port ${at.port} on ${at.host} is in use: choose another one with ${option}`,
        { cause },
      );
    case 'EACCES':
      return new CommandFailure(
        `no permission to listen on ${at.host} port ${at.port} (${option}): ports below 1024 are root's`,
        { cause },
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new CommandFailure(`${at.host} is no address of this machine: see --listen`, {
        cause,
      });
    case undefined:
    default:
      return new CommandFailure(`${error.message}: ${String(cause)}`, { cause });
  }
}

/** The first signal begins the end, a second one means it. */
function signalled(): Promise<NodeJS.Signals> {
  return new Promise((resolvePromise) => {
    let signals = 0;
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.on(signal, () => {
        signals += 1;
        if (signals > 1) process.exit(1);
        resolvePromise(signal);
      });
    }
  });
}
