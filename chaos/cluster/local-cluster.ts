import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Failpoint } from '../killer/moment.ts';
import type { AdminClient } from './admin-client.ts';
import type { Cluster, ServerView } from './cluster.ts';
import { type ClusterFile, parseClusterFile, serversOf } from './cluster-file.ts';
import { isChildOf, isRunning } from './process-table.ts';

export interface LocalClusterOptions {
  /** The launcher, `bin/fuga`. */
  readonly fuga: string;
  /** Exists. */
  readonly folder: string;
  readonly alias: string;
  readonly registration: boolean;
  /** Called when the cluster is up; makes what signs orders to its servers. */
  readonly openAdmin: (secretFile: string) => Promise<AdminClient>;
  readonly signal: AbortSignal;
}

/** `fuga up` or one of its children could not start. */
export class ClusterStartError extends Error {}

const startPatienceMs = 120_000;
/** `fuga up` ends its children within this. */
const endPatienceMs = 20_000;
const lastLinesMax = 20;

/** Starts `fuga up` over a folder, and resolves when it serves and a backup stands by. */
export async function startLocalCluster(options: LocalClusterOptions): Promise<Cluster> {
  const up = new UpProcess(options);
  try {
    await up.ready();
    const file = await readClusterFile(options.folder);
    if (file === undefined) throw new ClusterStartError('`fuga up` wrote no cluster file');
    const admin = await options.openAdmin(file.secretFile);
    return new LocalCluster(options, up, file, admin);
  } catch (error) {
    await up.end();
    throw error;
  }
}

class LocalCluster implements Cluster {
  readonly pams: readonly string[];
  readonly alias: string;
  readonly #folder: string;
  readonly #up: UpProcess;
  readonly #admin: AdminClient;

  constructor(options: LocalClusterOptions, up: UpProcess, file: ClusterFile, admin: AdminClient) {
    this.pams = file.pams;
    this.alias = options.alias;
    this.#folder = options.folder;
    this.#up = up;
    this.#admin = admin;
  }

  async servers(): Promise<readonly ServerView[]> {
    if (this.#up.hasEnded) throw new Error('`fuga up` has ended by itself');
    const file = await readClusterFile(this.#folder);
    // Somebody else's processes are none of ours.
    return file?.pid === this.#up.pid ? serversOf(file, this.alias) : [];
  }

  async kill(server: ServerView): Promise<void> {
    const { pid } = server;
    // A pid may have been given to somebody else since the file was written.
    if (pid === undefined || !(await isChildOf(pid, this.#up.pid))) return;
    process.kill(pid, 'SIGKILL');
  }

  arm(server: ServerView, point: Failpoint): Promise<void> {
    return this.#admin.order(server.adminUrl, this.alias, point);
  }

  isAlive({ pid }: ServerView): Promise<boolean> {
    return Promise.resolve(pid !== undefined && isRunning(pid));
  }

  close(): Promise<void> {
    return this.#up.end();
  }
}

async function readClusterFile(folder: string): Promise<ClusterFile | undefined> {
  const text = await readFile(join(folder, 'cluster.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseClusterFile(text);
}

/** The process of `fuga up`. */
class UpProcess {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #log: WriteStream;
  readonly #lastLines: string[] = [];
  readonly #ended: Promise<void>;
  readonly #signal: AbortSignal;
  #hasEnded = false;
  #onReady: () => void = () => undefined;

  constructor(options: LocalClusterOptions) {
    const { fuga, folder, alias, registration, signal } = options;
    this.#signal = signal;
    const words = ['up', '--data', folder, '--alias', alias, '--pam-port', '0', '--json'];
    this.#child = spawn(
      process.execPath,
      [fuga, ...words, ...(registration ? [] : ['--no-registration'])],
      { stdio: ['ignore', 'pipe', 'pipe'], env: childEnvironment() },
    );
    this.#child.on('error', () => undefined);
    const { pid, stdout, stderr } = this.#child;
    if (pid === undefined || stdout === null || stderr === null) {
      throw new ClusterStartError('no process can be made for `fuga up`');
    }
    this.pid = pid;
    this.#log = createWriteStream(join(folder, 'up.log'), { flags: 'a' });
    for (const stream of [stdout, stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.#line(line);
      });
    }
    this.#ended = new Promise((resolve) => {
      this.#child.once('exit', () => {
        this.#hasEnded = true;
        resolve();
      });
    });
    // Whatever ends this process, `fuga up` and its children end too.
    process.once('exit', this.#kill);
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  async ready(): Promise<void> {
    const isReady = new Promise<'ready'>((resolve) => {
      this.#onReady = () => {
        resolve('ready');
      };
    });
    const isOver = new Promise<'aborted'>((resolve) => {
      this.#signal.addEventListener('abort', () => {
        resolve('aborted');
      });
    });
    const timer = new AbortController();
    const outcome = await Promise.race([
      isReady,
      isOver,
      this.#ended.then(() => 'ended' as const),
      sleep(startPatienceMs, timer.signal).then(() => 'late' as const),
    ]);
    timer.abort();
    if (outcome === 'ready') return;
    const why = outcome === 'late' ? `is not ready after ${startPatienceMs / 1000} s` : outcome;
    throw new ClusterStartError([`\`fuga up\` ${why}:`, ...this.#lastLines].join('\n  '));
  }

  async end(): Promise<void> {
    if (!this.#hasEnded) {
      this.#child.kill('SIGTERM');
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), endPatienceMs);
      await this.#ended;
      clearTimeout(timer);
    }
    process.off('exit', this.#kill);
    await new Promise<void>((resolve) => this.#log.end(resolve));
  }

  readonly #kill = (): void => {
    if (!this.#hasEnded) this.#child.kill('SIGTERM');
  };

  #line(line: string): void {
    this.#log.write(`${line}\n`);
    this.#lastLines.push(line);
    if (this.#lastLines.length > lastLinesMax) this.#lastLines.shift();
    if (line.includes('"kind":"ready"')) this.#onReady();
  }
}

/** Only what this run says reaches the servers. */
function childEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('FUGA_'));
  return { ...Object.fromEntries(kept), FUGA_FAILPOINT_CONTROL: '1' };
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
    });
  });
}
