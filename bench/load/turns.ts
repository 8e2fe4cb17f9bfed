import type { CallTemplate } from './call-template.ts';
import type { NextCall } from './load-connection.ts';

type Pair = readonly [CallTemplate, CallTemplate];

/**
 * Each slot makes two calls in turn, of which the second undoes what the first one did; when the time is over, what is not
 * undone is finished. `pairOf` gives undefined where a slot has nothing to do.
 */
export function inTurns(
  slots: number,
  pairOf: (slot: number) => Pair | undefined,
): { readonly next: NextCall; readonly finish: NextCall } {
  const pairs = Array.from({ length: slots }, (_, slot) => pairOf(slot));
  /** What each slot does next. */
  const turns: (0 | 1)[] = pairs.map(() => 0);
  const next: NextCall = (slot) => {
    const turn = turns[slot] ?? 0;
    turns[slot] = turn === 0 ? 1 : 0;
    return pairs[slot]?.[turn];
  };
  return { next, finish: (slot) => (turns[slot] === 1 ? next(slot) : undefined) };
}
