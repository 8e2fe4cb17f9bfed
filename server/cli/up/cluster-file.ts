import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Role } from '../../../pa/server/host.ts';

export const clusterFileName = 'cluster.json';
export const secretFileName = 'cluster.secret';

/** One server process of a running `fuga up`. */
export interface ClusterServer {
  readonly node: string;
  readonly pid: number;
  readonly adminUrl: string;
  /** host:port */
  readonly pairAddress: string;
  /** Its role for each alias, as last heard. */
  readonly roles: Readonly<Record<string, Role>>;
}

/** What `DIR/cluster.json` tells commands that are started beside `fuga up`. There while it runs. */
export interface ClusterFile {
  readonly pid: number;
  readonly pams: readonly string[];
  /** Absolute. */
  readonly secretFile: string;
  readonly aliases: readonly string[];
  /** Where stock clients reach each alias, for as long as it runs. */
  readonly ports: Readonly<Record<string, number>>;
  /** Those that run now. */
  readonly servers: readonly ClusterServer[];
}

/** Readers see the old content or the new one, never a part. */
export function writeClusterFile(folder: string, cluster: ClusterFile): void {
  const path = join(folder, clusterFileName);
  const fresh = `${path}.${cluster.pid}`;
  writeFileSync(fresh, `${JSON.stringify(cluster, undefined, 2)}\n`);
  renameSync(fresh, path);
}

/** Undefined where no `fuga up` runs over the folder. */
export function readClusterFile(folder: string): ClusterFile | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, clusterFileName), 'utf8')) as ClusterFile;
  } catch {
    return undefined;
  }
}

export function removeClusterFile(folder: string): void {
  rmSync(join(folder, clusterFileName), { force: true });
}
