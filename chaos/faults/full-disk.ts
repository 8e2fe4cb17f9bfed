import type { DiskControl } from '../cluster/cluster.ts';
import type { CallKind } from '../history/call.ts';
import type { SeededRandom } from '../workload/seeded-random.ts';
import type { Fault, FaultParts } from './fault.ts';

/** What is left: nothing, or less than the servers want to keep free. */
const leftovers = [
  { moment: 'nothing-left', leftBytes: 0 },
  { moment: 'little-left', leftBytes: 4 * 1024 * 1024 },
] as const;
const leastMs = 500;
const mostMs = 4_000;

/** The disk of the stable area is filled for a while. */
export function drawFullDisk(disk: DiskControl, random: SeededRandom): Fault {
  const { moment, leftBytes } = random.pick(leftovers);
  const fullMs = random.integer(leastMs, mostMs);
  let healedMicroseconds: number | undefined;
  return {
    kind: 'full-disk',
    needsCalm: false,
    apply: async ({ recorder, sleep }, primary) => {
      const strike = { node: primary.node, moment, atMicroseconds: recorder.time() };
      await disk.fill(leftBytes);
      await sleep(fullMs);
      return strike;
    },
    heal: async ({ recorder }) => {
      await disk.free();
      healedMicroseconds ??= recorder.time();
    },
    isRecovered: ({ recorder }) => hasGrown(recorder, healedMicroseconds ?? 0),
  };
}

/** What surely needs space: CREATE may find its file, a WRITE its blocks, and a RENAME needs none as a rule. */
const surelyGrowingKinds: ReadonlySet<CallKind> = new Set<CallKind>(['mkdir', 'symlink', 'link']);

/** A call that needs space was sent after that time, and succeeded: the servers have seen that there is room. */
function hasGrown({ operations }: FaultParts['recorder'], sinceMicroseconds: number): boolean {
  return operations
    .slice(-lastLookedAt)
    .some(
      ({ call, outcome, invokedMicroseconds }) =>
        surelyGrowingKinds.has(call.kind) &&
        outcome.status === 'ok' &&
        invokedMicroseconds > sinceMicroseconds,
    );
}

/** Growing calls are many, and looked for often: a few of the last answers are enough. */
const lastLookedAt = 1_000;
