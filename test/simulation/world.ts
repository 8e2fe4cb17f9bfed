import { seededRandom } from '../../chaos/workload/seeded-random.ts';
import type { ClusterOptions } from './cluster/simulated-cluster.ts';
import type { FaultWeights } from './faults/fault-injector.ts';

export interface World {
  readonly cluster: ClusterOptions;
  readonly servers: number;
  /** PA clients that work, one call after the other. */
  readonly workers: number;
  readonly stockClients: number;
  readonly faults: FaultWeights;
}

const sharedPort = 2_049;
/** Longer than any run keeps a client from being served. */
export const leaseMs = 60_000;

/** What a seed makes of everything that does not change during a run. */
export function drawWorld(seed: number): World {
  const random = seededRandom(seed).fork('world');
  const network = random.fork('network');
  const stockClients = random.fraction() < 0.3 ? 1 : 0;
  const lossShare = random.pick([0, 0.02, 0.1, 0.3]);
  const lateMs = random.pick([0, 5, 500]);
  const latencyMs = random.pick([0.05, 0.2, 1]);
  return {
    servers: random.pick([2, 2, 3]),
    workers: random.integer(1, 3),
    stockClients,
    faults: drawWeights(random.fork('faults')),
    cluster: {
      seed,
      looksAtOnce: random.fraction() < 0.5,
      endsHung: stockClients > 0 || random.fraction() < 0.5,
      pams: random.pick([1, 1, 2]),
      settings: {
        port: stockClients > 0 ? sharedPort : 0,
        leaseMs,
        cacheBytesMax: random.pick([4_000, 40_000, 4_000_000]),
      },
      networkFaults: {
        latencyMs: () => latencyMs * (0.5 + network.fraction()),
        datagramCopies: () => {
          if (network.fraction() < lossShare) return 0;
          return network.fraction() < lossShare ? 2 : 1;
        },
        datagramDelayMs: () => (network.fraction() < lossShare ? network.fraction() * lateMs : 0),
      },
    },
  };
}

/** Some kinds of faults in each run, so that rare ones get room. */
function drawWeights(random: ReturnType<typeof seededRandom>): FaultWeights {
  const weights: FaultWeights = {
    kill: 6,
    killAtStep: 8,
    killClaimer: 3,
    pause: 3,
    freeze: 0.5,
    failAppend: 1,
    failSync: 1,
    hangSync: 0.5,
    fillDisk: 0.4,
    cutPower: 1,
    resetConnection: 2,
    cutNetwork: 0.7,
    pam: 1,
    clockJump: 1,
    switchover: 1,
  };
  const entries = Object.entries(weights).map(([kind, weight]): [string, number] => [
    kind,
    random.fraction() < 0.35 && kind !== 'killAtStep' ? 0 : weight,
  ]);
  return Object.fromEntries(entries) as unknown as FaultWeights;
}
