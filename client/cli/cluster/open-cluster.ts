import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { nodeEnvironment } from '../../../environment/adapters/node-environment.ts';
import { openNodeDirectory } from '../../../pa/adapters/node-directory-adapter.ts';
import { nodeHttpClient } from '../../../pa/adapters/node-http-adapter.ts';
import { readSecretFile } from '../../../pa/adapters/secret-file-adapter.ts';
import type { Waiting } from '../../../pa/client/events.ts';
import { createPaClient, type PaClient } from '../../../pa/client/pa-client.ts';
import type { HttpPortDirectory } from '../../../pa/directory/http-directory.ts';
import { openAlias } from '../../connect.ts';
import type { FugaFs } from '../../file-system.ts';
import { patienceDefaultSeconds } from '../connection-options.ts';
import type { CliContext, Cluster, ConnectionOptions } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { type ClusterAddress, findCluster } from './cluster-address.ts';
import { HttpPamApi, waitingForPam } from './http-pam-api.ts';
import type { PamApi } from './pam-api.ts';
import { patiently } from './patience.ts';

const clusterFileName = 'cluster.json';
const dataFolderDefault = 'fuga-data';

type World = Pick<CliContext, 'environment' | 'workingDirectory'>;

/** A PAM that was just started knows nothing until the next heartbeat of a server. */
const unknownAliasPatienceMs = 1_500;
/** While calls wait, the user is told after this time, and then every so often. */
const waitingNoticeMs = 2_000;
const waitingRepeatMs = 15_000;

/** The real cluster. Nothing is asked before the first operation. */
export async function openCluster(options: ConnectionOptions, world: World): Promise<Cluster> {
  return new PamCluster(locateCluster(options, world), options, world.workingDirectory);
}

/** Where it is. Throws a CommandFailure. */
export function locateCluster(
  { pam, servers, alias, secretFile }: Omit<ConnectionOptions, 'notice'>,
  { environment, workingDirectory }: World,
): ClusterAddress {
  return findCluster({
    pam,
    servers,
    alias,
    secretFile,
    environment,
    readClusterFile: () => {
      const folder = environment.FUGA_DATA ?? dataFolderDefault;
      return readIfThere(join(folder, clusterFileName), workingDirectory);
    },
  });
}

class PamCluster implements Cluster {
  readonly pam: PamApi;
  /** For a failure's message, after all the waiting. */
  readonly #impatientPam: PamApi;
  readonly #address: ClusterAddress;
  readonly #options: ConnectionOptions;
  readonly #patienceMs: number;
  readonly #directory: HttpPortDirectory;
  readonly #client: PaClient;
  readonly #files = new Map<string, Promise<FugaFs>>();

  constructor(address: ClusterAddress, options: ConnectionOptions, workingDirectory: string) {
    const environment = nodeEnvironment();
    const http = nodeHttpClient();
    const { urls, servers, secretFile } = address;
    this.#address = address;
    this.#options = options;
    this.#patienceMs = (options.wait ?? patienceDefaultSeconds) * 1_000;
    this.#directory = openNodeDirectory({ pams: urls, servers });
    this.#client = createPaClient({
      environment,
      directory: this.#directory,
      limits: { waitingNoticeMs, waitingRepeatMs },
      events: { waiting: (waiting) => options.notice(waitingText(waiting)) },
    });
    const readSecret = async () =>
      secretFile === undefined ? undefined : readSecretFile(resolve(workingDirectory, secretFile));
    const { notice } = options;
    const api = { urls, environment, http, readSecret, notice };
    this.pam = new HttpPamApi({ ...api, patienceMs: this.#patienceMs });
    this.#impatientPam = new HttpPamApi({ ...api, patienceMs: 0 });
  }

  async defaultAlias(): Promise<string> {
    const { alias, aliases } = this.#address;
    if (alias !== undefined) return alias;
    const known = aliases.length > 0 ? aliases : await this.#knownAliases();
    const [only] = known;
    if (known.length === 1 && only !== undefined) return only;
    if (only === undefined) throw new CommandFailure(`there is no alias yet at ${this.#where}`);
    throw new CommandFailure(
      `which alias? There are ${known.join(', ')}: write ${only}:/path, or give --alias or $FUGA_ALIAS`,
    );
  }

  open(alias: string): Promise<FugaFs> {
    const known = this.#files.get(alias);
    if (known !== undefined) return known;
    const opening = this.#open(alias);
    this.#files.set(alias, opening);
    return opening;
  }

  async close(): Promise<void> {
    await this.#client.close();
    this.#directory.close();
  }

  get #where(): string {
    return this.#directory.description;
  }

  get #waitingFor(): string {
    const { urls, servers } = this.#address;
    return servers.length === 0 ? waitingForPam(urls) : `an answer from ${this.#where}`;
  }

  /** A command must not wait for ever for what a typing mistake made up; once it is connected, it waits for ever. */
  async #open(alias: string): Promise<FugaFs> {
    const startMs = performance.now();
    const answer = await patiently(
      async () => {
        const found = await this.#directory.lookup(alias);
        switch (found.kind) {
          case 'found':
            return { ok: true, value: found.kind };
          case 'unknown-alias':
            return performance.now() - startMs < this.#unknownPatienceMs(alias)
              ? { ok: false, waitingFor: `the alias '${alias}'` }
              : { ok: true, value: found.kind };
          case 'no-port':
            return { ok: false, waitingFor: `a server of '${alias}': none has come yet` };
          case 'unreachable':
            return { ok: false, waitingFor: this.#waitingFor };
        }
      },
      this.#patienceMs,
      this.#options.notice,
    );
    // One command at one moment: what it has just listed, it opens without asking once more.
    const cache = { closeToOpen: false };
    if (answer === 'found') return openAlias(this.#client, { alias, cache });
    throw await this.#failure(alias);
  }

  /** A cluster that says that it serves the alias is just starting. */
  #unknownPatienceMs(alias: string): number {
    return this.#address.aliases.includes(alias) ? this.#patienceMs : unknownAliasPatienceMs;
  }

  async #failure(alias: string): Promise<CommandFailure> {
    const { source, urls } = this.#address;
    if (urls.length === 0) {
      return new CommandFailure(
        alias === ''
          ? 'which alias? There is no PAM that could tell: write home:/path, or give --alias or $FUGA_ALIAS'
          : `nobody served '${alias}' within ${this.#patienceMs / 1000} s at ${this.#where} (from ${source})`,
      );
    }
    const answers = await this.#names(this.#impatientPam);
    if (answers === undefined) {
      return new CommandFailure(
        `no port alias manager (PAM) answered within ${this.#patienceMs / 1000} s at ${this.#where} (from ${source}).\n` +
          "Start a cluster with 'npm start', or say where one is with --pam URL or $FUGA_PAM.",
      );
    }
    if (answers.includes(alias)) {
      return new CommandFailure(`nobody serves '${alias}': its servers have never been started`);
    }
    return new CommandFailure(
      answers.length === 0
        ? `there is no alias '${alias}': none exists at ${this.#where} (from ${source})`
        : `there is no alias '${alias}'. There are: ${answers.join(', ')}`,
    );
  }

  async #knownAliases(): Promise<readonly string[]> {
    const hasPam = this.#address.urls.length > 0;
    const known = hasPam ? await this.#names(this.pam) : undefined;
    if (known !== undefined) return known;
    throw await this.#failure('');
  }

  /** Names of all aliases that some PAM knows; undefined where none answers. */
  async #names(pam: PamApi): Promise<readonly string[] | undefined> {
    const answers = (await pam.list()).filter((answer) => answer.ok);
    if (answers.length === 0) return undefined;
    const names = answers.flatMap((answer) => answer.aliases.map(({ name }) => name));
    return [...new Set(names)].sort();
  }
}

export function waitingText({ alias, reason, directory }: Waiting): string {
  switch (reason) {
    case 'pam-unreachable':
      return `waiting for an answer from ${directory}`;
    case 'unknown-alias':
      return `waiting for the alias '${alias}': no PAM knows it at the moment`;
    case 'no-port':
    case 'port-unreachable':
      return `waiting for a server of '${alias}'; it goes on by itself when one is there`;
    case 'silent':
      return `waiting for '${alias}', which does not answer; it goes on by itself`;
  }
}

function readIfThere(
  path: string,
  workingDirectory: string,
): { readonly path: string; readonly text: string } | undefined {
  try {
    return { path, text: readFileSync(resolve(workingDirectory, path), 'utf8') };
  } catch {
    return undefined;
  }
}
