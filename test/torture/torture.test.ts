import { expect, test } from 'vitest';
import { runTorture } from './torture.ts';

const takeovers = 500;
/** It ends at the first damage, which takes some tens of takeovers as a rule. */
const controlTakeoversMax = 2_000;
const seed = 1;
/** Of a machine that is busy with other things; the aim is two minutes on two cores. */
const timeoutMs = 420_000;

test(`torture: ${takeovers} takeovers on real LevelDB lose nothing, make nothing up, damage nothing`, {
  timeout: timeoutMs,
}, async () => {
  const result = await runTorture({ takeovers, seed });
  expect(result.problems).toEqual([]);
  expect(result.takeovers).toBeGreaterThanOrEqual(takeovers);
  expect(result.commitsFound).toBeGreaterThan(takeovers);
  for (const share of [result.killed, result.stopped, result.leftAlive]) {
    expect(share).toBeGreaterThan(takeovers / 10);
  }
  expect(result.claimersKilled).toBeGreaterThan(0);
});

test('torture: linking every table in the folder is found', { timeout: timeoutMs }, async () => {
  // Hundreds are allowed; a handful is enough.
  const result = await runTorture({ takeovers: controlTakeoversMax, seed, tablesToLink: 'every' });
  expect(result.problems).not.toEqual([]);
});
