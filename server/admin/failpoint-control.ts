import { ArmedFailpoints, type Failpoint } from '../../pa/server/failpoints.ts';
import type { orderPoints } from './schemas.ts';

/** What a test orders. */
export interface FailpointOrder {
  readonly alias?: string;
  readonly point: (typeof orderPoints)[number];
  readonly action: 'kill';
}

export type OrderOutcome = 'done' | 'unknown-alias';

/** The failpoints of all volumes of a process whose tests may kill it at chosen moments. */
export class FailpointControl {
  readonly #volumes = new Map<string, ArmedFailpoints>();
  readonly #kill: () => void;

  /** `kill`: ends the process as `kill -9` does, and returns only in tests. */
  constructor(kill: () => void) {
    this.#kill = kill;
  }

  /** For the volume of this alias. */
  add(alias: string): ArmedFailpoints {
    const failpoints = new ArmedFailpoints();
    this.#volumes.set(alias, failpoints);
    return failpoints;
  }

  order({ alias, point }: FailpointOrder): OrderOutcome {
    const volumes = [...this.#volumes].filter(([name]) => alias === undefined || name === alias);
    if (volumes.length === 0) return 'unknown-alias';
    if (point === 'now') this.#kill();
    else for (const [, failpoints] of volumes) this.#arm(failpoints, point);
    return 'done';
  }

  #arm(failpoints: ArmedFailpoints, point: Failpoint): void {
    failpoints.arm(point, this.#kill);
  }
}
