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
  /** How many PAMs there are; default 1. */
  readonly pams?: number;
  /** Puts files where the stable area of `home` is going to be. */
  readonly restore?: (area: string) => void;
}

interface Server {
  readonly process: FugaProcess;
  /** Of its admin, pair and service ports the only one that stays. */
  port: number;
}

interface Pam {
  readonly process: FugaProcess;
  url: string;
}

/** PAMs and up to two servers of the alias `home`, which die and start when they are told to. */
export class ServerPair {
  readonly #data = mkdtempSync(join(tmpdir(), 'fuga-pair-'));
  readonly #options: ServerPairOptions;
  readonly #servers = new Map<string, Server>();
  readonly #pams: Pam[] = [];

  constructor(options: ServerPairOptions = {}) {
    this.#options = options;
  }

  async open(): Promise<void> {
    this.#options.restore?.(join(this.#data, 'area', 'home'));
    if (this.#options.host !== undefined) await runFuga(['secret', join(this.#data, 'secret')]);
    for (let index = 0; index < (this.#options.pams ?? 1); index += 1) {
      await this.#startPam(index, '0');
    }
  }

  /** Starts a server where nobody serves. Resolves with its service port, the same whenever it starts. */
  async startPrimary(node: string): Promise<number> {
    const server = this.#start(node);
    server.port = await servicePort(server);
    return server.port;
  }

  /** Where PAMs answer, with commas between them. */
  get pamUrl(): string {
    return this.#pams.map(({ url }) => url).join(',');
  }

  async killPam(index = 0): Promise<void> {
    const process = this.#pams[index]?.process;
    process?.signal('SIGKILL');
    await process?.ended;
  }

  /** Where it was, and it knows nothing. */
  async restartPam(index = 0): Promise<void> {
    await this.killPam(index);
    const url = this.#pams[index]?.url ?? '';
    await this.#startPam(index, new URL(url).port);
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
    for (const { process } of this.#pams) await process.dispose();
    rmSync(this.#data, { recursive: true, force: true });
  }

  async #startPam(index: number, port: string): Promise<void> {
    const words = ['pam', '--port', port, ...this.#everywhere()];
    const process = new FugaProcess(words, join(this.#data, `pam-${index}`));
    // Its address stays: servers are started while it comes up again.
    const pam = { process, url: this.#pams[index]?.url ?? '' };
    this.#pams[index] = pam;
    const line = await pam.process.line('PAM listens on');
    pam.url = (JSON.parse(line) as { readonly url: string }).url;
  }

  #start(node: string): Server {
    const port = this.#options.port ?? this.#servers.get(node)?.port ?? 0;
    const ports = ['--port', String(port), '--pair-port', '0', '--admin-port', '0'];
    const where = ['--node', node, '--data', join(this.#data, 'area'), '--alias', 'home'];
    const words = [
      'server',
      ...where,
      '--pam',
      this.pamUrl,
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
