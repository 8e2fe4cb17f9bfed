import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { LoadTarget } from '../load/load-session.ts';
import type { Target } from './target.ts';

const program = 'ganesha.nfsd';
const host = '127.0.0.1';
/** RFC 1833 §3: it registers itself there, and does not start without. One is started for the run if none answers. */
const portmapperPort = 111;
const lookMs = 50;
const startPatienceMs = 60_000;
const endPatienceMs = 20_000;
/** Debian and others keep its modules where a program that was built by hand does not look. */
const pluginFolders = [
  ...['x86_64', 'aarch64'].map((machine) => `/usr/lib/${machine}-linux-gnu/ganesha`),
  '/usr/lib64/ganesha',
];

/** Why it cannot be started here; undefined when it can. */
export function whyNoGanesha(): string | undefined {
  if (!isInstalled(program)) return `${program} is not installed`;
  if (!isInstalled('rpcbind')) return 'rpcbind, without which it does not start, is not installed';
  if (process.getuid?.() !== 0) return `${program} needs root`;
  return undefined;
}

/** NFS-Ganesha over a folder below `parent`, on loopback, without NFSv4 and locks. */
export async function startGanesha(parent: string): Promise<Target> {
  const folder = await mkdtemp(join(parent, 'ganesha-'));
  const dataFolder = join(folder, 'data');
  await mkdir(dataFolder);
  await mkdir(join(folder, 'recovery'));
  const [nfsPort = 0, mountPort = 0, ...otherPorts] = await freePorts(4);
  const configFile = join(folder, 'ganesha.conf');
  const logFile = join(folder, 'ganesha.log');
  await writeFile(configFile, configuration(folder, nfsPort, mountPort, otherPorts));
  const started: ChildProcess[] = [];
  const close = async (): Promise<void> => {
    for (const child of started.reverse()) await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    if (!(await listens(portmapperPort))) {
      // A lock file of it lies there; the folder is not there where it was never started by the system.
      await mkdir('/run/rpcbind', { recursive: true });
      started.push(start('rpcbind', ['-f']));
      await untilListens(portmapperPort, started, logFile);
    }
    const words = ['-F', '-f', configFile, '-L', logFile, '-p', join(folder, 'pid')];
    const child = start(program, words);
    started.push(child);
    await untilListens(nfsPort, started, logFile);
    await untilListens(mountPort, started, logFile);
    const load: LoadTarget = {
      name: 'ganesha',
      address: { host, port: nfsPort },
      mountAddress: { host, port: mountPort },
      exported: dataFolder.slice(1),
      pid: child.pid ?? 0,
      dataFolder,
    };
    return { title: 'NFS-Ganesha', load, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function configuration(
  folder: string,
  nfsPort: number,
  mountPort: number,
  [lockPort = 0, quotaPort = 0]: readonly number[],
): string {
  const plugins = pluginFolders.find(existsSync);
  return `NFS_CORE_PARAM {
  NFS_Port = ${nfsPort}; MNT_Port = ${mountPort}; NLM_Port = ${lockPort}; Rquota_Port = ${quotaPort};
  Bind_addr = ${host}; Protocols = 3; Enable_NLM = false;
  ${plugins === undefined ? '' : `Plugins_Dir = ${plugins};`}
}
NFSV4 { RecoveryRoot = ${join(folder, 'recovery')}; }
EXPORT {
  Export_Id = 1; Path = ${join(folder, 'data')}; Pseudo = /bench; Protocols = 3;
  Access_Type = RW; Squash = None; SecType = sys; FSAL { Name = VFS; }
}
`;
}

function isInstalled(name: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin'];
  return folders.some((folder) => existsSync(join(folder, name)));
}

function start(name: string, words: readonly string[]): ChildProcess {
  const path = `${process.env.PATH ?? ''}:/usr/sbin`;
  const child = spawn(name, words, { stdio: 'ignore', env: { ...process.env, PATH: path } });
  // One that cannot be started has no id, and is told of by whoever waits for it.
  child.on('error', () => undefined);
  return child;
}

function isOver({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || isOver(child)) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), endPatienceMs);
  await exited;
  clearTimeout(timer);
}

/** They are asked of the system, and free at least until somebody else asks. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, host));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => {
      resolve(true);
      socket.destroy();
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

async function untilListens(
  port: number,
  started: readonly ChildProcess[],
  logFile: string,
): Promise<void> {
  const endMs = performance.now() + startPatienceMs;
  while (!(await listens(port))) {
    const hasEnded = started.some((child) => child.pid === undefined || isOver(child));
    if (hasEnded || performance.now() > endMs) {
      const log = await readFile(logFile, 'utf8').catch(() => '');
      throw new Error(`${program} did not start: ${log.split('\n').slice(-5).join('\n')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}
