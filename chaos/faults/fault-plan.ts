import type { Cluster } from '../cluster/cluster.ts';
import type { SeededRandom } from '../workload/seeded-random.ts';
import { drawBlock } from './block.ts';
import { drawCutNetwork } from './cut-network.ts';
import type { Fault, FaultKind } from './fault.ts';
import { drawFullDisk } from './full-disk.ts';
import { drawKill } from './kill.ts';
import { drawPamKill } from './pam-kill.ts';
import { drawPause } from './pause.ts';
import { drawSwitchover } from './switchover.ts';

export interface PlannedFault {
  readonly fault: Fault;
  /** Time with a primary and a backup before it. */
  readonly afterMs: number;
}

/** So that backups are struck that have just come, and such that have rehearsed their takeover. */
const shortestMs = 50;
const longestMs = 2_000;

/** How often each kind is drawn, relative to the others: quick ones more often. */
const weights: Readonly<Record<FaultKind, number>> = {
  kill: 5,
  pause: 2,
  block: 2,
  switchover: 4,
  'pam-kill': 3,
  'full-disk': 1,
  'cut-network': 2,
};

/** Draws one fault; `count` of its kind came before. */
export type Draw = (random: SeededRandom, count: number) => Fault;

/** How each kind is done to this cluster; undefined where it cannot be. */
export function possibleFaults(cluster: Cluster): Readonly<Record<FaultKind, Draw | undefined>> {
  const { own } = cluster;
  const disk = own?.disk;
  const links = own?.links;
  return {
    kill: drawKill,
    pause: own && ((random) => drawPause(own, random)),
    block: drawBlock,
    switchover: (random) => drawSwitchover(own, random),
    'pam-kill': own && ((random) => drawPamKill(own, random)),
    'full-disk': disk && ((random) => drawFullDisk(disk, random)),
    'cut-network': links && ((random) => drawCutNetwork(links, random)),
  };
}

/** An endless plan. The first faults are one of each kind, in an order that the seed decides. */
export function* planFaults(
  random: SeededRandom,
  draws: ReadonlyMap<FaultKind, Draw>,
): Generator<PlannedFault, never> {
  const kinds = [...draws.keys()];
  const lots = kinds.flatMap((kind) => Array.from({ length: weights[kind] }, () => kind));
  const offset = random.integer(0, Math.max(0, kinds.length - 1));
  const counts = new Map<FaultKind, number>();
  for (let index = 0; ; index += 1) {
    const first = kinds[(index + offset) % kinds.length];
    const kind = index < kinds.length && first !== undefined ? first : random.pick(lots);
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    const fault = draws.get(kind)?.(random, count);
    if (fault === undefined) throw new Error('a plan is made of what it was given');
    yield { fault, afterMs: random.integer(shortestMs, longestMs) };
  }
}
