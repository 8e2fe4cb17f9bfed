import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleepFor } from 'node:timers/promises';
import type { Failpoint } from '../faults/moment.ts';
import type { AdminClient } from './admin-client.ts';
import type { Cluster, DiskControl, LinkControl, OwnControl, ServerView } from './cluster.ts';
import { Member } from './member.ts';
import type { Place } from './place.ts';
import type { ObservedTakeover } from './takeover-log.ts';

export interface OwnClusterOptions {
  /** The launcher, `bin/fuga`. */
  readonly fuga: string;
  /** Exists. */
  readonly folder: string;
  /** Of the stable area; exists. */
  readonly dataFolder: string;
  readonly secretFile: string;
  readonly alias: string;
  readonly registration: boolean;
  /** Of the PAMs, one for each. */
  readonly pams: readonly Place[];
  /** Of the servers, one for each. */
  readonly servers: readonly Place[];
  readonly disk: DiskControl | undefined;
  readonly links: LinkControl | undefined;
  /** Signs orders to the servers. */
  readonly admin: AdminClient;
  readonly signal: AbortSignal;
}

const startPatienceMs = 120_000;
const pollMs = 20;
/** Tests say when a process dies, hangs or wakes up: nothing else may end one that hangs. */
const environment = { FUGA_FAILPOINT_CONTROL: '1', FUGA_SPARE_HUNG: '1' };

/** Starts PAMs and servers as children of this process, and resolves when one serves and the others stand by. */
export async function startOwnCluster(options: OwnClusterOptions): Promise<Cluster> {
  const cluster = new OwnCluster(options);
  try {
    await cluster.start();
    return cluster;
  } catch (error) {
    await cluster.close();
    throw error;
  }
}

class OwnCluster implements Cluster {
  readonly pams: readonly string[];
  readonly alias: string;
  readonly own: OwnControl;
  readonly #options: OwnClusterOptions;
  readonly #pams: readonly Member[];
  readonly #servers: readonly Member[];
  readonly #crashes: string[] = [];
  readonly #clusterFile: string;

  constructor(options: OwnClusterOptions) {
    this.#options = options;
    this.alias = options.alias;
    this.pams = options.pams.map(({ host, port }) => `http://${host}:${port}`);
    this.#pams = options.pams.map((place) => this.#member(place, this.#pamWords(place)));
    this.#servers = options.servers.map((place) => this.#member(place, this.#serverWords(place)));
    this.#clusterFile = join(options.folder, 'cluster.json');
    this.own = {
      services: options.servers.map(({ host, port }) => ({ host, port })),
      disk: options.disk,
      links: options.links,
      pause: (server) => {
        this.#memberOf(server)?.stop();
      },
      resume: (server) => {
        this.#memberOf(server)?.resume();
      },
      terminate: (server) => {
        this.#memberOf(server)?.kill('SIGTERM');
      },
      killPam: (index, downMs) => this.#killPam(index, downMs),
    };
  }

  async start(): Promise<void> {
    const { folder, alias, secretFile } = this.#options;
    // One after the other: a server finds its PAMs, and a backup its primary.
    for (const pam of this.#pams) pam.start();
    await this.#until(() => this.#pams.every(({ isUp }) => isUp));
    const [first, ...others] = this.#servers;
    first?.start();
    await this.#until(() => first?.role === 'primary');
    for (const server of others) server.start();
    await this.#until(() => others.every(({ role }) => role === 'backup'));
    // As `fuga up` has it: `FUGA_DATA=<folder> fuga ls` finds the cluster, and so does a gateway.
    const file = { pid: process.pid, pams: this.pams, secretFile, aliases: [alias], servers: [] };
    await writeFile(join(folder, 'cluster.json'), JSON.stringify(file));
  }

  servers(): Promise<readonly ServerView[]> {
    const running = this.#servers.filter(({ pid, isUp }) => pid !== undefined && isUp);
    return Promise.resolve(
      running.map(({ name, pid, adminUrl, role, sinceMs }) => ({
        node: name,
        pid,
        adminUrl,
        role,
        sinceMs,
      })),
    );
  }

  kill(server: ServerView): Promise<void> {
    this.#memberOf(server)?.kill('SIGKILL');
    return Promise.resolve();
  }

  arm(server: ServerView, point: Failpoint): Promise<void> {
    this.#memberOf(server)?.expectEnd();
    return this.#options.admin.order(server.adminUrl, this.alias, { point, action: 'kill' });
  }

  block(server: ServerView, moment: Failpoint | 'now', blockMs: number): Promise<void> {
    const order = { point: moment, action: 'block', blockMs } as const;
    return this.#options.admin.order(server.adminUrl, this.alias, order);
  }

  switchOver(server: ServerView): Promise<void> {
    return this.#options.admin.switchOver(server.adminUrl, this.alias);
  }

  isAlive(server: ServerView): Promise<boolean> {
    return Promise.resolve(this.#memberOf(server) !== undefined);
  }

  takeovers(): readonly ObservedTakeover[] {
    const all = this.#servers.flatMap(({ log }) => log.takeovers);
    return all.sort((a, b) => a.servedMs - b.servedMs);
  }

  crashes(): readonly string[] {
    return this.#crashes;
  }

  async close(): Promise<void> {
    await this.own.links?.mend();
    await this.own.disk?.free();
    // Backups first, so that nobody takes over from a primary that ends.
    const waves = [
      this.#servers.filter(({ role }) => role !== 'primary'),
      this.#servers,
      this.#pams,
    ];
    for (const wave of waves) await Promise.all(wave.map((member) => member.end()));
    await rm(this.#clusterFile, { force: true });
  }

  /** Undefined where that very process has ended meanwhile. */
  #memberOf({ node, pid }: ServerView): Member | undefined {
    return this.#servers.find((member) => member.name === node && member.pid === pid);
  }

  async #killPam(index: number, downMs: number): Promise<void> {
    const pam = this.#pams[index];
    if (pam === undefined) throw new Error(`there is no PAM ${index}`);
    await this.#until(() => pam.isUp);
    pam.kill('SIGKILL', downMs);
  }

  #member({ node, before }: Place, words: readonly string[]): Member {
    const { fuga, folder } = this.#options;
    return new Member({
      name: node,
      fuga,
      words,
      before,
      environment,
      logFile: join(folder, `${node}.log`),
      onCrash: (text) => {
        this.#crashes.push(text);
      },
    });
  }

  #pamWords({ host, port }: Place): string[] {
    const { secretFile } = this.#options;
    return ['pam', '--host', host, '--port', `${port}`, '--secret-file', secretFile];
  }

  #serverWords({ node, host, port }: Place): string[] {
    const { alias, secretFile, dataFolder, registration } = this.#options;
    return [
      'server',
      ...['--node', node],
      ...['--data', dataFolder],
      ...['--alias', alias],
      ...['--pam', this.pams.join(',')],
      ...['--host', host],
      ...['--port', `${port}`],
      ...['--secret-file', secretFile],
      '--no-rpcbind',
      ...(registration ? [] : ['--no-registration']),
    ];
  }

  async #until(isSo: () => boolean): Promise<void> {
    const { signal } = this.#options;
    const deadlineMs = performance.now() + startPatienceMs;
    while (!isSo()) {
      signal.throwIfAborted();
      if (performance.now() > deadlineMs || this.#crashes.length > 0) {
        const said = [...this.#crashes, ...this.#servers.flatMap(({ lastLines }) => lastLines)];
        throw new Error(['the servers do not start:', ...said.slice(-20)].join('\n  '));
      }
      await sleepFor(pollMs);
    }
  }
}
