import type { ServerView } from '../cluster/cluster.ts';
import type { SeededRandom } from '../workload/seeded-random.ts';
import type { Fault } from './fault.ts';
import { moments } from './moment.ts';
import { isBackAsBackup } from './waits.ts';

/** Some end before a backup accuses, some long after. */
const leastMs = 300;
const mostMs = 3_000;

/** The event loop of the primary stands still, at a moment of a call or at any. */
export function drawBlock(random: SeededRandom): Fault {
  const moment = random.pick(moments);
  const blockMs = random.integer(leastMs, mostMs);
  let blocked: ServerView | undefined;
  return {
    kind: 'block',
    needsCalm: true,
    apply: async ({ cluster, recorder, sleep }, primary) => {
      const strike = { node: primary.node, moment, atMicroseconds: recorder.time() };
      blocked = primary;
      const isOrdered = cluster.block(primary, moment === 'random' ? 'now' : moment, blockMs);
      // What is ordered for now is answered afterwards, or too late for whoever asked.
      if (moment === 'random') isOrdered.catch(() => undefined);
      else await isOrdered;
      await sleep(blockMs);
      return strike;
    },
    heal: () => Promise.resolve(),
    isRecovered: (_parts, servers) =>
      blocked === undefined || isBackAsBackup(blocked, servers, false),
  };
}
