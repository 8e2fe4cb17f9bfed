import { randomBytes } from 'node:crypto';
import type { Cluster } from './cluster/cluster.ts';
import { type RunningGateway, startGateway } from './cluster/gateway.ts';
import { openAttachedCluster, openOwnCluster } from './cluster/open-cluster.ts';
import { buildStage } from './cluster/stage.ts';
import type { FaultKind } from './faults/fault.ts';
import { type Draw, planFaults, possibleFaults } from './faults/fault-plan.ts';
import type { ClientKind } from './history/history.ts';
import type { ChaosOptions } from './options.ts';
import type { Progress } from './report/progress.ts';
import { type RunOutcome, runChaos } from './run.ts';
import {
  type Connect,
  gatewayConnect,
  openServices,
  paConnect,
  stockConnect,
} from './workload/open-service.ts';
import { seededRandom } from './workload/seeded-random.ts';

/** A run from the first process to the last: starts what it attacks, and ends it again. */
export async function attack(
  options: ChaosOptions,
  folder: string | undefined,
  progress: Progress,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const { attach } = options;
  if (attach !== undefined) {
    const cluster = await openAttachedCluster(attach);
    return attackCluster(options, cluster, folder, progress, signal);
  }
  if (folder === undefined) throw new Error('a cluster of our own has a folder');
  const stage = await buildStage({
    folder,
    wantsDisk: options.modes.includes('full-disk'),
    wantsLinks: options.modes.includes('cut-network'),
    note: (text) => {
      progress.note(text);
    },
  });
  const { registration } = options;
  try {
    progress.show('starting two PAMs and a pair ...');
    const cluster = await openOwnCluster({ folder, stage, registration, signal });
    return await attackCluster(options, cluster, folder, progress, signal);
  } finally {
    await stage.close();
  }
}

async function attackCluster(
  options: ChaosOptions,
  cluster: Cluster,
  folder: string | undefined,
  progress: Progress,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const { alias } = cluster;
  let gateway: RunningGateway | undefined;
  try {
    const draws = drawsOf(options, cluster, progress);
    if (options.clients.includes('gateway') && folder !== undefined) {
      gateway = await startGateway({ folder, alias, signal });
    }
    const connects = connectsOf(cluster, gateway);
    const { seed, workers, registration, enough, clients } = options;
    const run = randomBytes(4).toString('hex');
    return await runChaos({
      cluster,
      plan: planFaults(seededRandom(seed).fork('faults'), draws),
      enough,
      clients,
      openServices: (kinds) => openServices({ connects, alias, run }, kinds),
      seed,
      workers,
      registration,
      run,
      signal,
      onProgress: ({ operations, faults }) => {
        const of = 'faults' in enough ? `${enough.faults}` : `${enough.minutes} min`;
        progress.show(`${faults.length} faults of ${of} · ${operations} operations`);
      },
    });
  } finally {
    progress.show('ending the servers ...');
    await gateway?.close();
    await cluster.close();
    progress.clear();
  }
}

/** What the plan is made of: all that was asked for, or all of it that is possible. */
function drawsOf(
  { modes, isMixed }: ChaosOptions,
  cluster: Cluster,
  progress: Progress,
): Map<FaultKind, Draw> {
  const possible = possibleFaults(cluster);
  const draws = new Map<FaultKind, Draw>();
  for (const kind of modes) {
    const draw = possible[kind];
    if (draw !== undefined) draws.set(kind, draw);
    else if (isMixed) progress.note(`--mode mixed does without ${kind} here.`);
    else throw new Error(`--mode ${kind} is not possible here`);
  }
  return draws;
}

function connectsOf(
  { pams, alias, own }: Cluster,
  gateway: RunningGateway | undefined,
): Map<ClientKind, Connect> {
  const connects = new Map<ClientKind, Connect>([['pa', paConnect(pams, alias)]]);
  if (own !== undefined) connects.set('stock', stockConnect(own.services));
  if (gateway !== undefined) connects.set('gateway', gatewayConnect(gateway.address));
  return connects;
}
