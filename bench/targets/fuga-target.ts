import { startGateway } from '../../chaos/cluster/gateway.ts';
import type { Endpoint } from '../../environment/network.ts';
import { type BenchCluster, startBenchCluster } from '../cluster.ts';
import type { LoadTarget } from '../load/load-session.ts';
import type { Target } from './target.ts';

/** A pair under `fuga up`. `folder`: where its data are to be. */
export async function startFuga(folder: string): Promise<Target & { cluster: BenchCluster }> {
  const cluster = await startBenchCluster(folder);
  return {
    title: 'fuga',
    cluster,
    load: await loadOf(cluster, 'fuga', cluster.address),
    close: () => cluster.close(),
  };
}

/** The same pair through a gateway on the same machine. Its processor time is that of the server alone. */
export async function startFugaGateway(cluster: BenchCluster): Promise<Target> {
  const { signal } = new AbortController();
  const gateway = await startGateway({ folder: cluster.folder, alias: 'home', signal });
  return {
    title: 'fuga through a gateway',
    load: await loadOf(cluster, 'gateway', gateway.address),
    close: () => gateway.close(),
  };
}

async function loadOf(cluster: BenchCluster, name: string, address: Endpoint): Promise<LoadTarget> {
  const pid = await cluster.primaryPid();
  return {
    name,
    address,
    mountAddress: address,
    exported: 'home',
    pid,
    dataFolder: cluster.folder,
  };
}
