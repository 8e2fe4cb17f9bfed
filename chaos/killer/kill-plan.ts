import type { SeededRandom } from '../workload/seeded-random.ts';
import type { Moment } from './moment.ts';

export interface PlannedKill {
  readonly moment: Moment;
  /** Time with a primary and a backup before the kill. */
  readonly afterMs: number;
}

const shortestMs = 50;
const longestMs = 500;

/** After commit, before reply is where servers without registered replies go wrong: it comes most often. */
const lots: readonly Moment[] = [
  'after-commit-before-reply',
  'after-commit-before-reply',
  'before-commit',
  'random',
  'random',
];

/** All kills of a run; a few are enough to have each moment among them. */
export function planKills(random: SeededRandom, kills: number): PlannedKill[] {
  const offset = random.integer(0, lots.length - 1);
  return Array.from({ length: kills }, (_, index) => ({
    moment:
      index < lots.length ? (lots[(index + offset) % lots.length] ?? 'random') : random.pick(lots),
    afterMs: random.integer(shortestMs, longestMs),
  }));
}
