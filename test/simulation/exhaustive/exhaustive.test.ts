import { expect, test } from 'vitest';
import { runExhaustive } from './exhaustive.ts';

/** One crash point in so many; `npm run simulate -- --exhaustive` tries all. */
const stride = 4;

test('exhaustive: the primary crashes at steps of every procedure, and the client sees nothing of it', {
  timeout: 300_000,
}, async () => {
  const result = await runExhaustive({ seed: 1, stride, progress: () => undefined });
  expect(result.findings).toEqual([]);
  expect(result.procedures).toBeGreaterThanOrEqual(25);
  expect(result.crashPoints).toBeGreaterThanOrEqual(result.procedures);
  // The first takeover of each run makes the area; in most of them there is a second one.
  expect(result.takeovers).toBeGreaterThan(1.5 * result.runs);
});
