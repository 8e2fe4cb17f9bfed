import type { Cluster, ServerView } from '../cluster/cluster.ts';
import type { Recorder } from '../history/recorder.ts';
import type { PlannedKill } from './kill-plan.ts';
import type { Failpoint, Moment } from './moment.ts';

export interface KillerParts {
  readonly cluster: Cluster;
  readonly recorder: Recorder;
  readonly plan: readonly PlannedKill[];
  /** Aborted when the run is to end at once. */
  readonly signal: AbortSignal;
  readonly sleep: (ms: number) => Promise<void>;
  readonly nowMs: () => number;
  /** Called after each kill, when clients are served again. */
  readonly onKilled: (kill: Kill) => void;
}

export interface Kill {
  readonly node: string;
  /** As it came about: a failpoint that nobody passed becomes a random moment. */
  readonly moment: Moment;
  /** Recorder's time. */
  readonly atMicroseconds: number;
}

/** What the killer waits for did not come. */
export class KillerError extends Error {}

const pollMs = 20;
/** How exactly the death of a process at a failpoint is seen; a stall is overstated by this at most. */
const deathPollMs = 2;
/** The servers of a pair start again within this, however slow the machine. */
const pairPatienceMs = 120_000;
/** Clients are served again within this, or the pair has failed. */
const servicePatienceMs = 60_000;
/** Under load a failpoint is passed within milliseconds. */
const failpointPatienceMs = 5_000;

/** Kills the primary as often as planned, each time when there is a backup that can take over. */
export async function runKiller(parts: KillerParts): Promise<void> {
  for (const planned of parts.plan) {
    await waitForPair(parts);
    await parts.sleep(planned.afterMs);
    if (parts.signal.aborted) return;
    const primary = await waitForPair(parts);
    if (primary === undefined) return;
    const kill = await killPrimary(parts, primary, planned.moment);
    parts.recorder.disturb(
      { event: 'kill', node: kill.node, moment: kill.moment },
      kill.atMicroseconds,
    );
    await waitForService(parts, kill);
    parts.onKilled(kill);
  }
}

async function killPrimary(parts: KillerParts, primary: ServerView, moment: Moment): Promise<Kill> {
  const { cluster, recorder } = parts;
  const { node } = primary;
  if (moment !== 'random') {
    const diedAt = await killAtFailpoint(parts, primary, moment);
    if (diedAt !== undefined) return { node, moment, atMicroseconds: diedAt };
  }
  const atMicroseconds = recorder.time();
  await cluster.kill(primary);
  return { node, moment: 'random', atMicroseconds };
}

/** Resolves with the last time at which the process was seen alive; undefined if it lives on. */
async function killAtFailpoint(
  { cluster, recorder, sleep, nowMs }: KillerParts,
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
  throw new KillerError(
    `the failpoint ${point} of ${primary.node} cannot be armed: ${refusal.message}`,
  );
}

/** Resolves with the primary when there is one, and a backup; undefined if the run is to end. */
async function waitForPair(parts: KillerParts): Promise<ServerView | undefined> {
  const { cluster, signal, sleep, nowMs } = parts;
  const deadlineMs = nowMs() + pairPatienceMs;
  while (!signal.aborted) {
    const servers = await cluster.servers();
    const primaries = servers.filter(({ role }) => role === 'primary');
    const hasBackup = servers.some(({ role }) => role === 'backup');
    const [primary] = primaries;
    if (primary !== undefined && primaries.length === 1 && hasBackup) return primary;
    if (nowMs() > deadlineMs) {
      const found = servers.map(({ node, role }) => `${node} is ${role}`).join(', ');
      throw new KillerError(
        `no pair of a primary and a backup within ${pairPatienceMs / 1000} s (${found || 'no server runs'})`,
      );
    }
    await sleep(pollMs);
  }
  return undefined;
}

/** Resolves when a call that was sent after the kill has been answered. */
async function waitForService(parts: KillerParts, kill: Kill): Promise<void> {
  const { recorder, signal, sleep, nowMs } = parts;
  const deadlineMs = nowMs() + servicePatienceMs;
  const isServed = (): boolean => {
    const last = recorder.operations.slice(-lastLookedAt);
    return last.some((operation) => operation.invokedMicroseconds > kill.atMicroseconds);
  };
  while (!signal.aborted && !isServed()) {
    if (nowMs() > deadlineMs) {
      throw new KillerError(
        `no call was answered for ${servicePatienceMs / 1000} s after ${kill.node} was killed`,
      );
    }
    await sleep(pollMs);
  }
}

/** Operations come in the order of their answers; more than this cannot be late. */
const lastLookedAt = 100;
