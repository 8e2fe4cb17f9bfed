import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Failpoint } from '../killer/moment.ts';
import type { AdminClient } from './admin-client.ts';
import type { Cluster, ServerView } from './cluster.ts';
import { type ClusterFile, parseClusterFile, serversOf } from './cluster-file.ts';
import { FugaChild } from './fuga-child.ts';
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

/** Starts `fuga up` over a folder, and resolves when it serves and a backup stands by. */
export async function startLocalCluster(options: LocalClusterOptions): Promise<Cluster> {
  const up = startUp(options);
  try {
    await up.ready(options.signal);
    const file = await readClusterFile(options.folder);
    if (file === undefined) throw new Error('`fuga up` wrote no cluster file');
    const admin = await options.openAdmin(file.secretFile);
    return new LocalCluster(options, up, file, admin);
  } catch (error) {
    await up.end();
    throw error;
  }
}

function startUp({ fuga, folder, alias, registration }: LocalClusterOptions): FugaChild {
  const words = ['up', '--data', folder, '--alias', alias, '--pam-port', '0', '--json'];
  return new FugaChild({
    fuga,
    words: registration ? words : [...words, '--no-registration'],
    environment: { FUGA_FAILPOINT_CONTROL: '1' },
    logFile: join(folder, 'up.log'),
    readyText: '"kind":"ready"',
  });
}

class LocalCluster implements Cluster {
  readonly pams: readonly string[];
  readonly alias: string;
  readonly #folder: string;
  readonly #up: FugaChild;
  readonly #admin: AdminClient;

  constructor(options: LocalClusterOptions, up: FugaChild, file: ClusterFile, admin: AdminClient) {
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
