import type { Random } from '../environment/random.ts';

export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * How long to wait before attempt number `attempt` (0: the first repetition): doubles up to `maxMs`, and is spread over
 * the upper half of that, so that clients that lost the same server at once do not come back at once.
 */
export function backoffMs({ firstMs, maxMs }: Backoff, attempt: number, random: Random): number {
  const fullMs = Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 32));
  return fullMs * (0.5 + random.fraction() / 2);
}
