import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import { nodeHttpClient } from '../../pa/adapters/node-http-adapter.ts';
import { readSecretFile } from '../../pa/adapters/secret-file-adapter.ts';
import { PamConnection } from '../../pa/directory/pam-connection.ts';
import { parseJson } from '../../pa/directory/pam-messages.ts';
import { CommandFailure } from './failure.ts';
import { readClusterFile } from './up/cluster-file.ts';

/** Which servers a command is for. */
export interface AdminServersOptions {
  /** Administrative addresses of servers; undefined: those of the `fuga up` over `data`. */
  readonly admin?: readonly string[];
  readonly data: string;
  readonly secretFile?: string;
}

export interface AdminRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** A change is signed. */
  readonly json?: object;
  /** How long each server may take; default: as long as a PAM may. */
  readonly patienceMs?: number;
}

/** What a server said; an Error where it said nothing. */
export type AdminAnswer = { readonly status: number; readonly json: unknown } | Error;

/** Asks each server in turn. Returns false from `heard` to ask no more. */
export async function askServers(
  options: AdminServersOptions,
  { method, path, json, patienceMs }: AdminRequest,
  heard: (url: string, answer: AdminAnswer, servers: number) => boolean,
): Promise<void> {
  const { urls, secretFile } = findServers(options);
  const secret = secretFile === undefined ? undefined : await readSecretFile(secretFile);
  const environment = nodeEnvironment();
  const http = nodeHttpClient();
  const change = json === undefined ? undefined : { purpose: 'admin' as const, json };
  try {
    for (const url of urls) {
      // Servers and PAMs understand the same signatures.
      const connection = new PamConnection({ environment, http, url, secret });
      const answer = await connection.send(method, path, change, patienceMs);
      const said =
        answer instanceof Error
          ? answer
          : { status: answer.status, json: parseJson(answer.body.toString('utf8')) };
      if (!heard(url, said, urls.length)) return;
    }
  } finally {
    http.close();
  }
}

function findServers({ admin, data, secretFile }: AdminServersOptions): {
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
