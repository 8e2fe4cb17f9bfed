import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import { nodeHttpClient } from '../../pa/adapters/node-http-adapter.ts';
import { readSecretFile } from '../../pa/adapters/secret-file-adapter.ts';
import { PamConnection } from '../../pa/directory/pam-connection.ts';
import { parseError, parseJson } from '../../pa/directory/pam-messages.ts';
import type { ShownExport } from '../exports/format-exports.ts';
import { CommandFailure } from './failure.ts';
import { readClusterFile } from './up/cluster-file.ts';

export interface ExportsCommandOptions {
  /** Administrative addresses of servers; undefined: those of the `fuga up` over `data`. */
  readonly admin?: readonly string[];
  readonly data: string;
  readonly secretFile?: string;
}

/** `fuga exports show`: in the lines that they are written in. */
export async function runExportsShow(options: ExportsCommandOptions): Promise<void> {
  await askEach(options, 'GET', '/exports', (url, exports, isAlone) => {
    if (!isAlone) console.log(`# ${url}`);
    for (const { directory, clients } of exports) {
      const path = /[\s#]/.test(directory) ? `"${directory}"` : directory;
      console.log([path, ...clients.map((each) => `${each.client}(${each.options})`)].join(' '));
    }
  });
}

/** `fuga exports reload`: each server reads its exports again. */
export async function runExportsReload(options: ExportsCommandOptions): Promise<void> {
  await askEach(options, 'POST', '/exports/reload', (url, exports) => {
    console.log(
      `${url}: ${exports.length} ${exports.length === 1 ? 'export' : 'exports'} in force`,
    );
  });
}

/** Asks every server, and fails in the end where one refused: the others are not kept from it. */
async function askEach(
  options: ExportsCommandOptions,
  method: 'GET' | 'POST',
  path: string,
  tell: (url: string, exports: readonly ShownExport[], isAlone: boolean) => void,
): Promise<void> {
  const { urls, secretFile } = findServers(options);
  const secret = secretFile === undefined ? undefined : await readSecretFile(secretFile);
  const environment = nodeEnvironment();
  const http = nodeHttpClient();
  const change = method === 'POST' ? { purpose: 'admin' as const, json: {} } : undefined;
  const failures: string[] = [];
  for (const url of urls) {
    // Servers and PAMs understand the same signatures.
    const connection = new PamConnection({ environment, http, url, secret });
    const answer = await connection.send(method, path, change);
    if (answer instanceof Error) {
      failures.push(`${url} does not answer: ${answer.message}`);
      continue;
    }
    const json = parseJson(answer.body.toString('utf8'));
    if (answer.status === 200) tell(url, exportsOf(json), urls.length === 1);
    else failures.push(`${url}: ${parseError(json).message}`);
  }
  http.close();
  if (failures.length > 0) throw new CommandFailure(failures.join('\n'));
}

function findServers({ admin, data, secretFile }: ExportsCommandOptions): {
  readonly urls: readonly string[];
  readonly secretFile: string | undefined;
} {
  if (admin !== undefined) return { urls: admin, secretFile };
  const cluster = readClusterFile(data);
  if (cluster === undefined) {
    throw new CommandFailure(
      `no \`fuga up\` runs over ${data}: say where the servers are with --admin URL, or name its folder with --data`,
    );
  }
  const urls = cluster.servers.map(({ adminUrl }) => adminUrl);
  return { urls, secretFile: secretFile ?? cluster.secretFile };
}

/** Servers are our own; what is something else shows nothing. */
function exportsOf(json: unknown): readonly ShownExport[] {
  const exports = (json as { readonly exports?: readonly ShownExport[] } | undefined)?.exports;
  return exports ?? [];
}
