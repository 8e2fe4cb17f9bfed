import type { OwnControl, ServerView } from '../cluster/cluster.ts';
import type { SeededRandom } from '../workload/seeded-random.ts';
import { type Fault, FaultError, type FaultParts } from './fault.ts';
import { isBackAsBackup, waitForRole } from './waits.ts';

/** When a stopped primary is woken, and for how long after that moment it sleeps on. */
const wakings = [
  { moment: 'woken-before-takeover', leastMs: 20, mostMs: 900 },
  { moment: 'woken-during-takeover', leastMs: 0, mostMs: 60 },
  { moment: 'woken-after-takeover', leastMs: 0, mostMs: 1_000 },
] as const;
/** The first comes least often: nobody else has claimed by then. */
const lots = [0, 1, 1, 2, 2] as const;

/** SIGSTOP, and SIGCONT before, while or after another process takes over. */
export function drawPause(own: OwnControl, random: SeededRandom): Fault {
  const { moment, leastMs, mostMs } = wakings[random.pick(lots)];
  const extraMs = random.integer(leastMs, mostMs);
  let stopped: ServerView | undefined;
  return {
    kind: 'pause',
    needsCalm: true,
    apply: async (parts, primary) => {
      const strike = { node: primary.node, moment, atMicroseconds: parts.recorder.time() };
      stopped = primary;
      own.pause(primary);
      if (moment !== 'woken-before-takeover') await waitForSuccessor(parts, primary, moment);
      await parts.sleep(extraMs);
      return strike;
    },
    heal: () => {
      if (stopped !== undefined) own.resume(stopped);
      return Promise.resolve();
    },
    isRecovered: (_parts, servers) =>
      stopped === undefined || isBackAsBackup(stopped, servers, moment !== 'woken-before-takeover'),
  };
}

function waitForSuccessor(
  parts: FaultParts,
  primary: ServerView,
  moment: 'woken-during-takeover' | 'woken-after-takeover',
): Promise<void> {
  const isSuccessor = ({ node, role }: ServerView): boolean =>
    node !== primary.node &&
    // It may have served before we looked.
    (role === 'primary' || (role === 'claiming' && moment === 'woken-during-takeover'));
  return waitForRole(parts, isSuccessor, () => {
    throw new FaultError(`nobody took over from ${primary.node}, which was stopped`);
  });
}
