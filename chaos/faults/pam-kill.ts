import type { OwnControl } from '../cluster/cluster.ts';
import type { SeededRandom } from '../workload/seeded-random.ts';
import { type Fault, needsNoHealing } from './fault.ts';

/** Long enough for the next faults to happen while it is away. */
const downMostMs = 2_500;

/** SIGKILL for one of two PAMs, which comes back empty. Nobody waits for that. */
export function drawPamKill(own: OwnControl, random: SeededRandom): Fault {
  const index = random.integer(0, 1);
  const downMs = random.integer(0, downMostMs);
  return {
    kind: 'pam-kill',
    needsCalm: false,
    ...needsNoHealing,
    apply: async ({ recorder }) => {
      const strike = {
        node: `pam-${index + 1}`,
        moment: 'random',
        atMicroseconds: recorder.time(),
      };
      await own.killPam(index, downMs);
      return strike;
    },
  };
}
