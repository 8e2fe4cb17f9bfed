import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { readSecretFile } from '../pa/adapters/secret-file-adapter.ts';
import { nonceBytes, signatureHeader, signRequest } from '../pa/directory/request-signature.ts';
import type { ClusterFile } from '../server/cli/up/cluster-file.ts';

/** A machine that is too busy to start three processes in this time is too busy for a demonstration. */
const startPatienceMs = 60_000;

/** What `fuga up --json` says. */
export interface UpLine {
  readonly kind: string;
  readonly text?: string;
}

/** A cluster of its own in a temporary folder: `fuga up`, as anybody would start it. */
export class DemoCluster {
  readonly cluster: ClusterFile;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(cluster: ClusterFile, child: ChildProcess, folder: string) {
    this.cluster = cluster;
    this.#child = child;
    this.#folder = folder;
  }

  /** `tell` hears each line that comes after the cluster is ready. Rejects where it does not become ready. */
  static async start(
    options: readonly string[],
    tell: (line: UpLine) => void,
  ): Promise<DemoCluster> {
    const folder = await mkdtemp(join(tmpdir(), 'fuga-demo-'));
    const command = ['up', '--data', folder, '--pam-port', '0', '--json', ...options];
    const child = spawn(process.execPath, [fugaPath(), ...command], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, FUGA_FAILPOINT_CONTROL: '1' },
    });
    try {
      const cluster = await ready(child, tell);
      return new DemoCluster(cluster, child, folder);
    } catch (error) {
      await ended(child);
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Makes the primary die, once, when it has made a change durable and has not answered yet. */
  async armPrimary(alias: string): Promise<string> {
    const primary = this.cluster.servers.find(({ roles }) => roles[alias] === 'primary');
    if (primary === undefined) throw new Error('nobody is primary');
    const order = { alias, point: 'after-commit-before-reply', action: 'kill' };
    const body = Buffer.from(JSON.stringify(order));
    const request = { method: 'POST', path: '/failpoints', body };
    const secret = await readSecretFile(this.cluster.secretFile);
    const signature = signRequest(secret, 'admin', request, Date.now(), randomBytes(nonceBytes));
    const response = await fetch(`${primary.adminUrl}${request.path}`, {
      method: request.method,
      body,
      headers: { 'content-type': 'application/json', [signatureHeader]: signature },
    });
    if (!response.ok) throw new Error(`the order was refused: ${await response.text()}`);
    return `${primary.node} (pid ${primary.pid})`;
  }

  async end(): Promise<void> {
    await ended(this.#child);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function ready(child: ChildProcess, tell: (line: UpLine) => void): Promise<ClusterFile> {
  const { stdout } = child;
  if (stdout === null) throw new Error('its output is a pipe');
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`the cluster did not start within ${startPatienceMs / 1000} s`));
    }, startPatienceMs);
    let isReady = false;
    createInterface({ input: stdout }).on('line', (text) => {
      const line = JSON.parse(text) as UpLine;
      if (line.kind === 'ready') {
        clearTimeout(timer);
        isReady = true;
        resolve(line as unknown as ClusterFile);
      } else if (isReady) tell(line);
    });
    child.once('exit', () => {
      clearTimeout(timer);
      reject(new Error('the cluster ended before it was ready'));
    });
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGINT');
  await exited;
}

/** This file is bin/demo-cluster.ts or dist/bin/demo-cluster.js. */
function fugaPath(): string {
  const here = fileURLToPath(import.meta.url);
  return join(here, here.includes('/dist/') ? '../../../bin/fuga' : '../fuga');
}
