import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Endpoint } from '../environment/network.ts';

/** A pair under `fuga up`, over a folder of its own. */
export interface BenchCluster {
  readonly folder: string;
  readonly pams: readonly string[];
  /** Where stock clients reach it. */
  readonly address: Endpoint;
  /** The process that serves, once another one stands by. */
  primaryPid(): Promise<number>;
  /** Ends the processes and removes the folder. */
  close(): Promise<void>;
}

const lookMs = 100;
const startPatienceMs = 60_000;

/**
 * Starts a pair and resolves when it serves and a backup stands by. `parent`: where the folder is made. `program`: what Node runs.
 */
export async function startBenchCluster(
  parent: string = tmpdir(),
  program = 'bin/fuga',
): Promise<BenchCluster> {
  const folder = await mkdtemp(join(parent, 'fuga-bench-'));
  const up = spawn(
    process.execPath,
    [program, 'up', '--data', folder, '--pam-port', '0', '--alias', 'home'],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const exited = once(up, 'exit');
  const close = async (): Promise<void> => {
    if (up.exitCode === null) up.kill('SIGINT');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  const endMs = performance.now() + startPatienceMs;
  while (performance.now() < endMs && up.exitCode === null) {
    const text = await readFile(join(folder, 'cluster.json'), 'utf8').catch(() => '{}');
    if (text.includes('"primary"') && text.includes('"backup"')) {
      const { pams, ports } = JSON.parse(text) as { pams: string[]; ports: { home: number } };
      const address = { host: '127.0.0.1', port: ports.home };
      return { folder, pams, address, primaryPid: () => primaryPid(folder), close };
    }
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
  await close();
  throw new Error('the pair did not start');
}

async function primaryPid(folder: string): Promise<number> {
  for (;;) {
    const text = await readFile(join(folder, 'cluster.json'), 'utf8');
    const { servers } = JSON.parse(text) as {
      servers: { pid: number; roles: Record<string, string> }[];
    };
    const primary = servers.find(({ roles }) => roles.home === 'primary');
    if (primary !== undefined && servers.some(({ roles }) => roles.home === 'backup')) {
      return primary.pid;
    }
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}
