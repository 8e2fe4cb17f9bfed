import { ArmedFailpoints } from '../../pa/server/failpoints.ts';
import type { orderActions, orderPoints } from './schemas.ts';

/** What a test orders. */
export interface FailpointOrder {
  readonly alias?: string;
  readonly point: (typeof orderPoints)[number];
  readonly action: (typeof orderActions)[number];
  /** There exactly when it is to block. */
  readonly blockMs?: number;
}

/** What can be done to this process. */
export interface FailpointActions {
  /** Ends it as `kill -9` does, and returns only in tests. */
  readonly kill: () => void;
  /** Keeps it from doing anything for so long. */
  readonly block: (blockMs: number) => void;
}

export type OrderOutcome = 'done' | 'unknown-alias';

/** The failpoints of all volumes of a process whose tests may kill or block it at chosen moments. */
export class FailpointControl {
  readonly #volumes = new Map<string, ArmedFailpoints>();
  readonly #actions: FailpointActions;

  constructor(actions: FailpointActions) {
    this.#actions = actions;
  }

  /** For the volume of this alias. */
  add(alias: string): ArmedFailpoints {
    const failpoints = new ArmedFailpoints();
    this.#volumes.set(alias, failpoints);
    return failpoints;
  }

  order({ alias, point, action, blockMs = 0 }: FailpointOrder): OrderOutcome {
    const volumes = [...this.#volumes].filter(([name]) => alias === undefined || name === alias);
    if (volumes.length === 0) return 'unknown-alias';
    const act = (): void => {
      if (action === 'kill') this.#actions.kill();
      else this.#actions.block(blockMs);
    };
    if (point === 'now') act();
    else for (const [, failpoints] of volumes) failpoints.arm(point, act);
    return 'done';
  }
}
