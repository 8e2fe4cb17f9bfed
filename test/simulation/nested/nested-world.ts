import { seededRandom } from '../../../chaos/workload/seeded-random.ts';
import type { ClusterOptions } from '../cluster/simulated-cluster.ts';
import type { FaultPace, FaultWeights } from '../faults/fault-injector.ts';
import { briskFaults, calm, drawWeights, sharedPort } from '../world.ts';

type Random = ReturnType<typeof seededRandom>;

/** Two pairs, of which one calls the other while it executes a call. */
export interface NestedWorld {
  /** Of the pair that calls; the other one has the same, under another seed. */
  readonly cluster: ClusterOptions;
  /** The servers of the pair that calls, and those of the one that is called. */
  readonly nodes: readonly [readonly string[], readonly string[]];
  readonly takeoversShare: number;
  readonly writers: number;
  /** Each writer has so many, and writes one version of each after the other. */
  readonly documentsEach: number;
  /** So long a writer lives at most, until it is killed and another process goes on as the same client; undefined: to the end. */
  readonly writerLifeMsMax: number | undefined;
  readonly faults: readonly [FaultWeights, FaultWeights];
  readonly pace: FaultPace;
}

/** Of all seeds; the others are as they were without them. */
const nestedShare = 1 / 10;
const briskShare = 1 / 2;
/** Longer than a run keeps either pair from being served: then no outcome is unknown. */
const briskLeaseMs = 20_000;
const richLeaseMs = 60_000;

export function isNestedSeed(seed: number): boolean {
  return seededRandom(seed).fork('nested').fraction() < nestedShare;
}

export function drawNestedWorld(seed: number): NestedWorld {
  const random = seededRandom(seed).fork('nested world');
  return random.fraction() < briskShare ? briskWorld(seed, random) : richWorld(seed, random);
}

/** One kill follows the other, of either primary or of both. */
function briskWorld(seed: number, random: Random): NestedWorld {
  const latencyMs = random.pick([0.05, 0.2]);
  const faults = { ...calm, ...briskFaults };
  return {
    nodes: [
      ['a', 'b'],
      ['c', 'd'],
    ],
    takeoversShare: 1,
    writers: random.integer(1, 3),
    documentsEach: random.integer(1, 3),
    writerLifeMsMax: random.pick([undefined, undefined, 100]),
    faults: random.pick([
      [faults, faults],
      [faults, { ...faults, kill: 0.2, killAtStep: 0.2, killClaimer: 0 }],
    ]),
    pace: {
      stepsAheadMax: random.pick([20, 40, 80]),
      restartMsMax: 1,
      calmMsMax: random.pick([1, 3, 10]),
      hungMsMax: 60,
    },
    cluster: {
      seed,
      looksAtOnce: random.fraction() < 0.75,
      inTurnShare: random.pick([0.5, 0.9]),
      endsHung: random.fraction() < 0.5,
      pams: 1,
      settings: {
        portOf: (node) => sharedPort + node.charCodeAt(0),
        leaseMs: briskLeaseMs,
        spacePollMs: 10_000,
        cacheBytesMax: random.pick([4_000, 4_000_000]),
        logBytesMax: 12_000,
      },
      networkFaults: {
        latencyMs: () => latencyMs,
        datagramCopies: () => 1,
        datagramDelayMs: () => 0,
      },
    },
  };
}

function richWorld(seed: number, random: Random): NestedWorld {
  const network = random.fork('network');
  const latencyMs = random.pick([0.05, 0.2, 1]);
  return {
    nodes: random.pick([
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
      [
        ['a', 'b', 'e'],
        ['c', 'd'],
      ],
    ]),
    takeoversShare: 1 / 5,
    writers: random.integer(1, 3),
    documentsEach: random.integer(1, 3),
    writerLifeMsMax: random.pick([undefined, 1_000]),
    faults: [drawWeights(random.fork('caller')), drawWeights(random.fork('called'))],
    pace: { stepsAheadMax: 120, restartMsMax: 150, calmMsMax: 25, hungMsMax: 600 },
    cluster: {
      seed,
      looksAtOnce: random.fraction() < 0.5,
      inTurnShare: random.pick([0, 0, 0.5]),
      endsHung: random.fraction() < 0.5,
      pams: random.pick([1, 1, 2]),
      settings: {
        portOf: () => 0,
        leaseMs: richLeaseMs,
        spacePollMs: 1_000,
        cacheBytesMax: random.pick([4_000, 40_000, 4_000_000]),
        logBytesMax: random.pick([3_000, 12_000]),
      },
      networkFaults: {
        latencyMs: () => latencyMs * (0.5 + network.fraction()),
        datagramCopies: () => 1,
        datagramDelayMs: () => 0,
      },
    },
  };
}
