import type { ServerView } from '../cluster/cluster.ts';
import type { SeededRandom } from '../workload/seeded-random.ts';
import { type Fault, FaultError, type FaultParts, needsNoHealing, type Strike } from './fault.ts';
import type { Failpoint, Moment } from './moment.ts';

/** How exactly the death of a process at a failpoint is seen; a stall is overstated by this at most. */
const deathPollMs = 2;
/** Under load a failpoint is passed within milliseconds. */
const failpointPatienceMs = 5_000;

/** After commit, before reply is where servers without registered replies go wrong: it comes most often. */
const lots: readonly Moment[] = [
  'after-commit-before-reply',
  'after-commit-before-reply',
  'before-commit',
  'random',
  'random',
];

/** SIGKILL. The first ones of a run are one of each moment. */
export function drawKill(random: SeededRandom, count: number): Fault {
  const moment = count < lots.length ? lots[count] : random.pick(lots);
  return killAt(moment ?? 'random');
}

function killAt(moment: Moment): Fault {
  return {
    kind: 'kill',
    needsCalm: false,
    ...needsNoHealing,
    apply: async (parts, primary) => {
      const { node } = primary;
      if (moment !== 'random') {
        const diedAt = await killAtFailpoint(parts, primary, moment);
        if (diedAt !== undefined) return { node, moment, atMicroseconds: diedAt };
      }
      const strike: Strike = { node, moment: 'random', atMicroseconds: parts.recorder.time() };
      await parts.cluster.kill(primary);
      return strike;
    },
  };
}

/** Resolves with the last time at which the process was seen alive; undefined if it lives on. */
async function killAtFailpoint(
  { cluster, recorder, sleep, nowMs }: FaultParts,
  primary: ServerView,
  point: Failpoint,
): Promise<number | undefined> {
  const deadlineMs = nowMs() + failpointPatienceMs;
  let aliveAt = recorder.time();
  // The process may die before it can answer the request that arms it.
  const armed = cluster.arm(primary, point).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
  while (nowMs() < deadlineMs) {
    const seenAt = recorder.time();
    if (!(await cluster.isAlive(primary))) return aliveAt;
    aliveAt = seenAt;
    await sleep(deathPollMs);
  }
  const refusal = await armed;
  if (refusal === undefined) return undefined;
  throw new FaultError(
    `the failpoint ${point} of ${primary.node} cannot be armed: ${refusal.message}`,
  );
}
