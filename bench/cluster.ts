import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A pair under `fuga up`, over a folder of its own. */
export interface BenchCluster {
  readonly folder: string;
  readonly pams: readonly string[];
  /** Ends the processes and removes the folder. */
  close(): Promise<void>;
}

const lookMs = 100;
const startPatienceMs = 60_000;

/** Starts a pair and resolves when it serves and a backup stands by. `parent`: where the folder is made. */
export async function startBenchCluster(parent: string = tmpdir()): Promise<BenchCluster> {
  const folder = await mkdtemp(join(parent, 'fuga-bench-'));
  const up = spawn(
    process.execPath,
    ['bin/fuga', 'up', '--data', folder, '--pam-port', '0', '--alias', 'home'],
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
      const { pams } = JSON.parse(text) as { pams: string[] };
      return { folder, pams, close };
    }
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
  await close();
  throw new Error('the pair did not start');
}
