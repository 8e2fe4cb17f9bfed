import type { Environment } from '../environment.ts';
import { nodeClock } from './node-clock.ts';
import { nodeFolder } from './node-folder.ts';
import { nodeNetwork } from './node-network.ts';
import { nodeRandom } from './node-random.ts';
import { nodeTimers } from './node-timers.ts';

/** The real world. */
export function nodeEnvironment(): Environment {
  return {
    clock: nodeClock,
    timers: nodeTimers,
    random: nodeRandom,
    network: nodeNetwork,
    folder: nodeFolder,
  };
}
