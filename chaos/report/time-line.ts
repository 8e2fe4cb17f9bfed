import type { History } from '../history/history.ts';

/** How many calls were answered in each bin of a run. */
export interface TimeLine {
  readonly binMs: number;
  readonly counts: readonly number[];
}

const binMs = 10;

/** Answers to the workers: the auditor comes after them. */
export function timeLineOf({ header, operations }: History): TimeLine {
  const counts: number[] = [];
  for (const { client, respondedMicroseconds } of operations) {
    if (client === header.auditor || respondedMicroseconds === undefined) continue;
    const bin = Math.floor(respondedMicroseconds / 1000 / binMs);
    while (counts.length <= bin) counts.push(0);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { binMs, counts };
}
