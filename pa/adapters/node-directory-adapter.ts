import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import type { Endpoint } from '../../environment/network.ts';
import { HttpPortDirectory } from '../directory/http-directory.ts';
import { KnownServer, parseServerAddress } from '../directory/known-server.ts';
import type { ClusterSecret } from '../secret.ts';
import { nodeHttpClient } from './node-http-adapter.ts';

export interface NodeDirectoryOptions {
  /** `http://host:port` of each PAM. */
  readonly pams: readonly string[];
  /** Servers that may serve the alias: with them no PAM is needed. */
  readonly servers?: readonly Endpoint[] | undefined;
  /** Signs registrations. */
  readonly secret?: ClusterSecret | undefined;
}

/** The directory that a program of this machine asks. Throws a RangeError where there is neither a PAM nor a server. */
export function openNodeDirectory(options: NodeDirectoryOptions): HttpPortDirectory {
  const { pams: urls, servers = [], secret } = options;
  const environment = nodeEnvironment();
  return new HttpPortDirectory({
    environment,
    http: nodeHttpClient(),
    urls,
    servers: servers.map((at) => new KnownServer(at, environment)),
    secret,
  });
}

/** Throws a TypeError for what is no `host:port`. */
export function parseServers(texts: readonly string[]): Endpoint[] {
  return texts.map((text) => {
    const at = parseServerAddress(text.trim());
    if (at === undefined) throw new TypeError(`"${text}" is no address of a server (host:port)`);
    return at;
  });
}
