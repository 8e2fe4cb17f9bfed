import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { nodeEnvironment } from '../../../environment/adapters/node-environment.ts';
import { nodeRandom } from '../../../environment/adapters/node-random.ts';
import { isLoopback } from '../../../pa/bind-rule.ts';
import { createSecretFile, readSecretFile } from '../../../pa/adapters/secret-file-adapter.ts';
import { type Portmapper, startPortmapper } from '../../../rpc/portmapper/portmapper.ts';
import { ConfiguredExports } from '../../exports/configured-exports.ts';
import { type ExportOptions, exportSources } from '../export-sources.ts';
import { aliasPorts, type PortOptions } from '../alias-ports.ts';
import { bindFailure, CommandFailure } from '../failure.ts';
import { Cluster } from './cluster.ts';
import { secretFileName } from './cluster-file.ts';
import { lockDataFolder, makeDataFolder } from './data-folder.ts';
import { nextCommands } from './next-commands.ts';
import { bindPorts, type HeldPorts, takePorts } from './held-ports.ts';
import { passedSockets, socketsOf } from './passed-sockets.ts';
import { choosePamPort } from './pam-port.ts';
import { jsonOutput, terminalOutput, type UpOutput } from './up-output.ts';

/** Everything is on this machine. */
const host = '127.0.0.1';

export interface UpCommandOptions extends ExportOptions, PortOptions {
  readonly data: string;
  readonly servers: number;
  /** Undefined: the usual one, or another where that is taken. */
  readonly pamPort?: number;
  /** Run a portmapper too, in this process: it outlives the servers. */
  readonly portmapper: boolean;
  readonly portmapperPort: number;
  readonly silenceMs?: number;
  readonly quota?: number;
  readonly registration: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
}

/** `fuga up`: a PAM and a pair on this machine, until Ctrl-C. */
export async function runUp(options: UpCommandOptions): Promise<void> {
  const output = options.json
    ? jsonOutput(write, () => new Date())
    : terminalOutput(write, () => new Date(), options.verbose);
  const folder = makeDataFolder(options.data);
  const lock = lockDataFolder(folder, options.data);
  let portmapper: Portmapper | undefined;
  try {
    portmapper = options.portmapper ? await openPortmapper(options, output) : undefined;
    const cluster = await createCluster(options, folder, portmapper?.address.port, output);
    await runUntilSignal(cluster, output);
  } finally {
    await portmapper?.close();
    lock.release();
  }
}

/** Resolves when a signal came and everything has ended. */
async function runUntilSignal(cluster: Cluster, output: UpOutput): Promise<void> {
  let signals = 0;
  const signalled = new Promise<'signalled'>((resolvePromise) => {
    const onSignal = (): void => {
      signals += 1;
      if (signals > 1) cluster.kill();
      resolvePromise('signalled');
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
    // The terminal is gone.
    process.on('SIGHUP', onSignal);
  });
  try {
    const started = cluster.start().then(() => 'started' as const);
    if ((await Promise.race([started, signalled])) === 'started') await signalled;
    output.step('Ending.');
  } finally {
    await cluster.end();
  }
}

async function openPortmapper(
  { portmapperPort }: UpCommandOptions,
  output: UpOutput,
): Promise<Portmapper> {
  const portmapper = await startPortmapper({
    ...nodeEnvironment(),
    hosts: [host],
    port: portmapperPort,
    onError: (error) => {
      output.step(`A call of the portmapper could not be processed: ${String(error)}`);
    },
  }).catch((error: unknown) => {
    throw bindFailure(error, 'portmapper', host, portmapperPort, '--portmapper-port');
  });
  output.step(`A portmapper listens on port ${portmapper.address.port}.`);
  return portmapper;
}

async function createCluster(
  options: UpCommandOptions,
  folder: string,
  portmapperPort: number | undefined,
  output: UpOutput,
): Promise<Cluster> {
  // Told at once, and once.
  const exports = new ConfiguredExports(options.alias, exportSources(options));
  await exports.load();
  const secretFile = await prepareSecret(folder);
  const pamPort = await choosePamPort(host, options.pamPort, (text) => {
    output.step(text);
  });
  const ports = await openPorts(options, exports.isConfigured, output);
  const nodes = Array.from({ length: options.servers }, (_, index) => nodeName(index));
  const pamUrl = `http://${host}:${pamPort}`;
  output.step(
    `Starting a PAM and ${nodes.length === 1 ? 'a server' : `the servers ${nodes.join(', ')}`} over ${options.data} ...`,
  );
  return new Cluster({
    folder,
    secretFile,
    pamUrl,
    aliases: options.alias,
    nodes,
    ports,
    pamCommand: ['pam', '--host', host, '--port', `${pamPort}`, '--secret-file', secretFile],
    serverCommand: (node) =>
      serverCommand(options, node, ports, { folder, pamUrl, secretFile, portmapperPort }),
    output,
    nextCommands: (cluster) => nextCommands(cluster, options.data, process.argv[1] ?? 'fuga'),
  });
}

/** The sockets that systemd holds, if it started us with some; else our own. */
async function openPorts(
  options: UpCommandOptions,
  hasExports: boolean,
  output: UpOutput,
): Promise<HeldPorts> {
  const sockets = passedSockets(process.env, process.pid);
  if (sockets === undefined) return bindPorts(host, options.alias, aliasPorts(options));
  if (options.port.some((port) => port !== 0) || options.mountPort !== undefined) {
    throw new CommandFailure(
      'sockets were passed (LISTEN_FDS), so there is no port to choose: leave --port and --mount-port out',
    );
  }
  const ports = await takePorts(socketsOf(options.alias, sockets));
  if (!hasExports && !ports.hosts.every(isLoopback)) {
    output.step(
      'Everybody who reaches the sockets that were passed may do everything, as root too: see --exports.',
    );
  }
  return ports;
}

interface ServerSurroundings {
  readonly folder: string;
  readonly pamUrl: string;
  readonly secretFile: string;
  readonly portmapperPort: number | undefined;
}

function serverCommand(
  options: UpCommandOptions,
  node: string,
  { numbers: { ports, mountPorts } }: HeldPorts,
  { folder, pamUrl, secretFile, portmapperPort }: ServerSurroundings,
): string[] {
  const { alias, silenceMs, quota, exports, export: lines = [], registration } = options;
  return [
    'server',
    ...['--node', node],
    ...['--data', folder],
    ...['--alias', alias.join(',')],
    ...['--pam', pamUrl],
    ...['--host', host],
    // The same for all of them: connections come from us, and go to the primary.
    ...['--port', ports.join()],
    ...(mountPorts === undefined ? [] : ['--mount-port', mountPorts.join()]),
    '--supervised',
    ...['--secret-file', secretFile],
    // It is for trying things out: the machine's own portmapper must not notice.
    ...(portmapperPort === undefined
      ? ['--no-rpcbind']
      : ['--portmapper-port', `${portmapperPort}`]),
    ...(silenceMs === undefined ? [] : ['--silence-ms', `${silenceMs}`]),
    ...(quota === undefined ? [] : ['--quota', `${quota}`]),
    ...(exports === undefined ? [] : ['--exports', resolve(exports)]),
    ...lines.flatMap((line) => ['--export', line]),
    ...(registration ? [] : ['--no-registration']),
  ];
}

async function prepareSecret(folder: string): Promise<string> {
  const path = join(folder, secretFileName);
  if (existsSync(path)) await readSecretFile(path);
  else await createSecretFile(path, nodeRandom);
  return path;
}

function nodeName(index: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + index);
}

function write(text: string): void {
  process.stdout.write(text);
}
