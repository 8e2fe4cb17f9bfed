import type { OwnControl, ServerView } from '../cluster/cluster.ts';
import type { SeededRandom } from '../workload/seeded-random.ts';
import { type Fault, FaultError, type FaultParts, needsNoHealing, type Strike } from './fault.ts';

/** A backup that has only just found its place is not known to the primary yet. */
const attemptsMax = 30;
const againMs = 100;

/** On request, or because the primary is asked to end, as in an upgrade. */
export function drawSwitchover(own: OwnControl | undefined, random: SeededRandom): Fault {
  const isEnd = random.fraction() < 0.5 && own !== undefined;
  let before: ServerView | undefined;
  return {
    kind: 'switchover',
    needsCalm: false,
    ...needsNoHealing,
    isRecovered: (_parts, servers) => {
      const primary = servers.find(({ role }) => role === 'primary');
      return primary !== undefined && primary.node !== before?.node;
    },
    apply: async (parts, primary) => {
      before = primary;
      if (!isEnd) return request(parts, primary);
      const atMicroseconds = parts.recorder.time();
      own.terminate(primary);
      return { node: primary.node, moment: 'asked-to-end', atMicroseconds };
    },
  };
}

async function request(
  { cluster, recorder, sleep }: FaultParts,
  primary: ServerView,
): Promise<Strike> {
  for (let attempt = 1; ; attempt += 1) {
    const atMicroseconds = recorder.time();
    try {
      await cluster.switchOver(primary);
      return { node: primary.node, moment: 'on-request', atMicroseconds };
    } catch (error) {
      if (attempt >= attemptsMax) {
        throw new FaultError(`${primary.node} does not hand over: ${String(error)}`);
      }
    }
    await sleep(againMs);
  }
}
