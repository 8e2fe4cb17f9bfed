import { cuts, type LinkControl } from '../cluster/cluster.ts';
import type { SeededRandom } from '../workload/seeded-random.ts';
import { type Fault } from './fault.ts';

/** Some end before a backup accuses, some long after. */
const leastMs = 200;
const mostMs = 4_000;

/** The primary is cut off from others for a while: what is sent is lost without a word. */
export function drawCutNetwork(links: LinkControl, random: SeededRandom): Fault {
  const cut = random.pick(cuts);
  const cutMs = random.integer(leastMs, mostMs);
  return {
    kind: 'cut-network',
    needsCalm: true,
    apply: async ({ recorder, sleep }, primary) => {
      const strike = { node: primary.node, moment: cut, atMicroseconds: recorder.time() };
      await links.cut(primary.node, cut);
      await sleep(cutMs);
      return strike;
    },
    heal: () => links.mend(),
    isRecovered: () => true,
  };
}
