import { seededRandom } from '../../chaos/workload/seeded-random.ts';
import type { ClusterOptions } from './cluster/simulated-cluster.ts';
import type { FaultKind, FaultPace, FaultWeights } from './faults/fault-injector.ts';

type Random = ReturnType<typeof seededRandom>;

export interface World {
  readonly cluster: ClusterOptions;
  readonly servers: number;
  /** A run goes through this part of the takeovers that it is asked for. */
  readonly takeoversShare: number;
  /** PA clients that work. */
  readonly workers: number;
  /** Of each of them, one call after the other. */
  readonly callsAtOnce: number;
  readonly stockClients: number;
  /** Whether they pause between two calls. */
  readonly pauses: boolean;
  /** A directory is listed, and a table is written and read, all the time. */
  readonly sideWork: boolean;
  /** Whether blocks are written and read that lie in the value log. */
  readonly bulkWork: boolean;
  readonly faults: FaultWeights;
  readonly pace: FaultPace;
}

export const sharedPort = 2_049;
/** Leases that are over are looked for now and then. */
export const leaseSweepMs = 11_000;
/** Longer than any run keeps a client from being served; where nothing takes long, that is less. */
const leaseMs = 60_000;
const briskLeaseMs = 20_000;
/** Worlds in which a takeover follows the other at once; in the others there is more of everything else. */
const briskShare = 7 / 8;

/** Of the brisk ones. */
const bulkShare = 1 / 8;

export const calm: FaultWeights = {
  kill: 0,
  killAtStep: 0,
  killClaimer: 0,
  pause: 0,
  freeze: 0,
  freezeInTable: 0,
  freezeInSegment: 0,
  failAppend: 0,
  failSync: 0,
  hangSync: 0,
  fillDisk: 0,
  cutPower: 0,
  resetConnection: 0,
  resetWhileHung: 0,
  cutNetwork: 0,
  pam: 0,
  clockJump: 0,
  switchover: 0,
};

export const briskFaults: Partial<FaultWeights> = {
  kill: 1,
  killAtStep: 8,
  killClaimer: 1.5,
  freezeInTable: 0.3,
  failAppend: 0.4,
  cutPower: 0.3,
  resetWhileHung: 0.5,
  switchover: 0.5,
};

/** What a seed makes of everything that does not change during a run. */
export function drawWorld(seed: number): World {
  const random = seededRandom(seed).fork('world');
  return random.fraction() < briskShare ? briskWorld(seed, random) : richWorld(seed, random);
}

/** Few calls and few messages, so that one kill follows the other: takeovers at each step of takeovers. */
function briskWorld(seed: number, random: Random): World {
  const latencyMs = random.pick([0.05, 0.2]);
  const bulkWork = random.fraction() < bulkShare;
  return {
    servers: 2,
    takeoversShare: 1,
    workers: 1,
    callsAtOnce: random.pick([1, 1, 2]),
    stockClients: 0,
    pauses: false,
    sideWork: false,
    bulkWork,
    faults: { ...calm, ...briskFaults, ...(bulkWork && { freezeInSegment: 0.3 }) },
    pace: {
      stepsAheadMax: random.pick([10, 20, 40]),
      restartMsMax: 1,
      calmMsMax: 1,
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
        cacheBytesMax: 4_000_000,
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

function richWorld(seed: number, random: Random): World {
  const network = random.fork('network');
  const stockClients = random.fraction() < 0.3 ? 1 : 0;
  const lossShare = random.pick([0, 0.02, 0.1, 0.3]);
  // A stock client cannot tell a late answer to a number that it uses again.
  const lateMs = random.pick(stockClients > 0 ? [0, 5] : [0, 5, 500]);
  const latencyMs = random.pick([0.05, 0.2, 1]);
  const faults = drawWeights(random.fork('faults'));
  return {
    servers: random.pick([2, 2, 3]),
    takeoversShare: 1 / 10,
    workers: random.integer(1, 3),
    callsAtOnce: 2,
    stockClients,
    pauses: true,
    sideWork: true,
    bulkWork: random.fraction() < 0.5,
    faults:
      stockClients > 0 ? { ...faults, freeze: 0, freezeInTable: 0, freezeInSegment: 0 } : faults,
    pace: { stepsAheadMax: 120, restartMsMax: 150, calmMsMax: 25, hungMsMax: 600 },
    cluster: {
      seed,
      looksAtOnce: random.fraction() < 0.5,
      inTurnShare: random.pick([0, 0, 0.5]),
      endsHung: stockClients > 0 || random.fraction() < 0.5,
      pams: random.pick([1, 1, 2]),
      settings: {
        portOf: () => (stockClients > 0 ? sharedPort : 0),
        leaseMs,
        spacePollMs: 1_000,
        cacheBytesMax: random.pick([4_000, 4_000, 40_000, 4_000_000]),
        logBytesMax: random.pick([3_000, 12_000]),
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
export function drawWeights(random: Random): FaultWeights {
  const weights: FaultWeights = {
    kill: 6,
    killAtStep: 8,
    killClaimer: 3,
    pause: 3,
    freeze: 0.5,
    freezeInTable: 1,
    freezeInSegment: 1,
    failAppend: 1,
    failSync: 1,
    hangSync: 0.5,
    fillDisk: 0.4,
    cutPower: 1,
    resetConnection: 2,
    resetWhileHung: 3,
    cutNetwork: 0.7,
    pam: 1,
    clockJump: 1,
    switchover: 1,
  };
  const entries = Object.entries(weights).map(([kind, weight]) => [
    kind,
    random.fraction() < 0.35 && kind !== 'killAtStep' ? 0 : weight,
  ]);
  return Object.fromEntries(entries) as Record<FaultKind, number>;
}
