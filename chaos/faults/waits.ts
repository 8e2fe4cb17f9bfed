import type { ServerView } from '../cluster/cluster.ts';
import { FaultError, type FaultParts } from './fault.ts';

const pollMs = 20;
/** A moment of a takeover is hit as exactly as this. */
const rolePollMs = 2;
const rolePatienceMs = 30_000;
/** The servers of a pair start again within this, however slow the machine. */
const pairPatienceMs = 120_000;
/** Clients are served again within this, or the pair has failed. */
const servicePatienceMs = 60_000;
/** How long a backup must have watched one primary before it accuses it of silence, and a little more. */
const calmMs = 3_200;

/** Resolves with the primary when there is one, and a backup; undefined if the run is to end. */
export async function waitForPair(
  parts: FaultParts,
  isReady: (servers: readonly ServerView[]) => boolean = () => true,
): Promise<ServerView | undefined> {
  const { cluster, signal, sleep, nowMs } = parts;
  const deadlineMs = nowMs() + pairPatienceMs;
  while (!signal.aborted) {
    const servers = await cluster.servers();
    const primaries = servers.filter(({ role }) => role === 'primary');
    const hasBackup = servers.some(({ role }) => role === 'backup');
    const [primary] = primaries;
    const isPair = primary !== undefined && primaries.length === 1 && hasBackup;
    if (isPair && isReady(servers)) return primary;
    if (nowMs() > deadlineMs) {
      const found = servers.map(({ node, role }) => `${node} is ${role}`).join(', ');
      throw new FaultError(
        `no pair of a primary and a backup within ${pairPatienceMs / 1000} s (${found || 'no server runs'})`,
      );
    }
    await sleep(pollMs);
  }
  return undefined;
}

/** The servers have been what they are for a while, as far as that is told. */
export function areCalm(nowMs: number, servers: readonly ServerView[]): boolean {
  return servers.every(({ sinceMs }) => sinceMs === undefined || nowMs - sinceMs >= calmMs);
}

/** Resolves when a call that was sent after that time has been answered, and `isAnswer` likes it. */
export async function waitForService(
  { recorder, signal, sleep, nowMs }: FaultParts,
  sinceMicroseconds: number,
  what: string,
): Promise<void> {
  const deadlineMs = nowMs() + servicePatienceMs;
  const isServed = (): boolean => {
    const last = recorder.operations.slice(-lastLookedAt);
    return last.some((operation) => operation.invokedMicroseconds > sinceMicroseconds);
  };
  while (!signal.aborted && !isServed()) {
    if (nowMs() > deadlineMs) {
      throw new FaultError(`no call was answered for ${servicePatienceMs / 1000} s after ${what}`);
    }
    await sleep(pollMs);
  }
}

/** Operations come in the order of their answers; more than this cannot be late. */
const lastLookedAt = 100;

/** Resolves when a server is as wanted, or the run is to end. */
export async function waitForRole(
  { cluster, signal, sleep, nowMs }: FaultParts,
  isWanted: (server: ServerView) => boolean,
  onLate: () => never,
): Promise<void> {
  const deadlineMs = nowMs() + rolePatienceMs;
  while (!signal.aborted && !(await cluster.servers()).some(isWanted)) {
    if (nowMs() > deadlineMs) onLate();
    await sleep(rolePollMs);
  }
}

/**
 * Whether a primary that hung has its place again. The very process must live: one that ended would hide what it would have
 * done. Where nobody took over it may also be primary still.
 */
export function isBackAsBackup(
  { node, pid }: ServerView,
  servers: readonly ServerView[],
  isReplaced: boolean,
): boolean {
  const now = servers.find((server) => server.node === node);
  if (now !== undefined && now.pid !== pid) {
    throw new FaultError(`${node} (pid ${pid ?? '?'}), which hung, ended instead of coming back`);
  }
  return now?.role === 'backup' || (!isReplaced && now?.role === 'primary');
}
