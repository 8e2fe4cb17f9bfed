import type { Clock, Timers } from './clock.ts';
import type { Folder } from './folder.ts';
import type { Network } from './network.ts';
import type { Random } from './random.ts';

/** The world that a process lives in. Production passes Node's; a simulation passes its own. */
export interface Environment {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly network: Network;
  readonly folder: Folder;
}
