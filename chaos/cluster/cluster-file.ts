import type { ServerView } from './cluster.ts';
import { roleOf } from './admin-client.ts';

/** What `fuga up` writes into its data folder, as far as it matters here. */
export interface ClusterFile {
  /** Of `fuga up` itself. */
  readonly pid: number;
  readonly pams: readonly string[];
  readonly secretFile: string;
  readonly aliases: readonly string[];
  readonly servers: readonly (Omit<ServerView, 'role'> & {
    readonly pid: number;
    readonly roles: Readonly<Record<string, unknown>>;
  })[];
}

/** Undefined for anything that is no such file, or not yet. */
export function parseClusterFile(text: string): ClusterFile | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isClusterFile(value) ? value : undefined;
}

export function serversOf(file: ClusterFile, alias: string): ServerView[] {
  return file.servers.map(({ node, pid, adminUrl, roles }) => ({
    node,
    pid,
    adminUrl,
    role: roleOf(roles[alias]),
  }));
}

function isClusterFile(value: unknown): value is ClusterFile {
  const file = (value ?? {}) as Readonly<Record<string, unknown>>;
  return (
    isPid(file.pid) &&
    isStrings(file.pams) &&
    typeof file.secretFile === 'string' &&
    isStrings(file.aliases) &&
    Array.isArray(file.servers) &&
    (file.servers as readonly unknown[]).every(isServer)
  );
}

function isServer(value: unknown): boolean {
  const server = (value ?? {}) as Readonly<Record<string, unknown>>;
  return (
    typeof server.node === 'string' &&
    isPid(server.pid) &&
    typeof server.adminUrl === 'string' &&
    typeof server.roles === 'object' &&
    server.roles !== null
  );
}

/** Never 0 or negative: a signal to these would reach whole groups of processes. */
function isPid(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 1;
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
