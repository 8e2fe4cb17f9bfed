import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FugaProcess, runFuga } from '../up/up-process.ts';

export interface ServerPairOptions {
  /** More options of `fuga server`. */
  readonly words?: readonly string[];
  /** Where everything listens; another address than a loopback one takes a cluster secret, which is made. */
  readonly host?: string;
  /** Service port of all servers: only the primary listens. Default: one of its own for each. */
  readonly port?: number;
}

interface Server {
  readonly process: FugaProcess;
  /** Of its admin, pair and service ports the only one that stays. */
  port: number;
}

/** A PAM and up to two servers of the alias `home`, which die and start when they are told to. */
export class ServerPair {
  readonly #data = mkdtempSync(join(tmpdir(), 'fuga-pair-'));
  readonly #options: ServerPairOptions;
  readonly #servers = new Map<string, Server>();
  #pam: FugaProcess | undefined;
  #pamUrl = '';

  constructor(options: ServerPairOptions = {}) {
    this.#options = options;
  }

  async open(): Promise<void> {
    if (this.#options.host !== undefined) await runFuga(['secret', join(this.#data, 'secret')]);
    const words = ['pam', '--port', '0', ...this.#everywhere()];
    this.#pam = new FugaProcess(words, join(this.#data, 'pam'));
    const line = await this.#pam.line('PAM listens on');
    this.#pamUrl = (JSON.parse(line) as { readonly url: string }).url;
  }

  /** Starts a server where nobody serves. Resolves with its service port, the same whenever it starts. */
  async startPrimary(node: string): Promise<number> {
    const server = this.#start(node);
    server.port = await servicePort(server);
    return server.port;
  }

  /** Where the PAM answers. */
  get pamUrl(): string {
    return this.#pamUrl;
  }

  /** Its process id. */
  pidOf(node: string): number {
    return this.#servers.get(node)?.process.pid ?? 0;
  }

  async startBackup(node: string): Promise<void> {
    await this.#start(node).process.line('home: backup of');
  }

  /** Resolves with the service port of a backup when it has taken over. */
  async tookOver(node: string): Promise<number> {
    const server = this.#servers.get(node);
    if (server === undefined) throw new Error(`there is no server ${node}`);
    return servicePort(server);
  }

  async kill(node: string): Promise<void> {
    const process = this.#servers.get(node)?.process;
    process?.signal('SIGKILL');
    await process?.ended;
  }

  async close(): Promise<void> {
    for (const { process } of this.#servers.values()) await process.dispose();
    await this.#pam?.dispose();
    rmSync(this.#data, { recursive: true, force: true });
  }

  #start(node: string): Server {
    const port = this.#options.port ?? this.#servers.get(node)?.port ?? 0;
    const ports = ['--port', String(port), '--pair-port', '0', '--admin-port', '0'];
    const where = ['--node', node, '--data', join(this.#data, 'area'), '--alias', 'home'];
    const words = [
      'server',
      ...where,
      '--pam',
      this.#pamUrl,
      ...ports,
      ...this.#everywhere(),
      ...(this.#options.words ?? []),
    ];
    const server = { process: new FugaProcess(words, join(this.#data, node)), port };
    this.#servers.set(node, server);
    return server;
  }

  #everywhere(): string[] {
    const { host } = this.#options;
    return host === undefined ? [] : ['--host', host, '--secret-file', join(this.#data, 'secret')];
  }
}

async function servicePort({ process }: Server): Promise<number> {
  const line = await process.line('home: primary');
  return (JSON.parse(line) as { readonly port: number }).port;
}
