import { expect, test } from 'vitest';
import { Scheduler } from './core/scheduler.ts';
import { parseCommandLine } from './command-line.ts';
import { isNestedSeed } from './nested/nested-world.ts';
import { runSimulation } from './run.ts';
import { simulate } from './simulate.ts';

const takeovers = 20;

test('simulation: twenty seeds find nothing wrong', { timeout: 240_000 }, async () => {
  const totals = { takeovers: 0, underLoad: 0, listings: 0 };
  for (let seed = 1; seed <= 20; seed += 1) {
    const result = await runSimulation({ seed, takeovers });
    expect(result).toMatchObject({ seed, findings: [] });
    expect(result.answers).toBeGreaterThan(0);
    totals.takeovers += result.takeovers;
    totals.underLoad += result.underLoad;
    totals.listings += result.listings;
  }
  expect(totals.takeovers).toBeGreaterThan(10 * takeovers);
  expect(totals.underLoad).toBeGreaterThan(0.6 * totals.takeovers);
  expect(totals.listings).toBeGreaterThan(0);
});

test('simulation: an alias that calls another one, both pairs harmed: nothing is lost or done twice, and nothing hangs', {
  timeout: 240_000,
}, async () => {
  const seeds = Array.from({ length: 100 }, (_, index) => index + 1).filter(isNestedSeed);
  const totals = { takeovers: 0, calls: 0 };
  for (const seed of seeds) {
    const result = await runSimulation({ seed, takeovers });
    expect(result).toMatchObject({ seed, findings: [] });
    totals.takeovers += result.takeovers;
    totals.calls += result.calls;
  }
  expect(totals.takeovers).toBeGreaterThan(5 * takeovers);
  expect(totals.calls).toBeGreaterThan(totals.takeovers);
});

test('simulation: the same seed takes the same steps, another seed others', {
  timeout: 240_000,
}, async () => {
  const digests = new Set<string>();
  for (let seed = 1; seed <= 20; seed += 1) {
    const { digest } = await runSimulation({ seed, takeovers: 2 });
    expect(await runSimulation({ seed, takeovers: 2 })).toMatchObject({ digest });
    digests.add(digest);
  }
  expect(digests.size).toBe(20);
});

test('simulation: a run that does not end is a hang, with who waits for what', async () => {
  const endless = new Scheduler(1);
  const again = (): void => {
    endless.plan(undefined, 1, 'again', again);
  };
  again();
  const waiting = (): string => 'client-0: 1 outstanding';
  await expect(endless.run(() => false, 50, waiting)).rejects.toThrow(
    /^hang: 50 steps were not enough\nclient-0: 1 outstanding/,
  );
  await expect(new Scheduler(1).run(() => false, 50, waiting)).rejects.toThrow(
    /^hang: nothing is left to happen\nclient-0/,
  );
});

test('simulation: one seed can be run again from the command line, which says what came of it', async () => {
  const lines: string[] = [];
  const options = parseCommandLine(['--seed', '7', '--takeovers', '2']);
  if (typeof options === 'string' || options.kind !== 'seed') throw new Error('no seed');
  expect(await simulate(options, (line) => lines.push(line))).toBe(true);
  expect(lines.at(-1)).toMatch(
    /^seed 7: \d+ takeovers, \d+ calls, \d+ steps, digest [0-9a-f]{16}$/,
  );
});

test.each([
  [['--seed', 'x'], '--seed "x" is no number from 1 to 2147483647'],
  [['--seed', '0'], '--seed "0" is no number'],
  [['--seed', '1e3'], '--seed "1e3" is no number'],
  [['--seed', '1', '--minutes', '1'], '--seed is one run'],
  [['--minutes', '0'], '--minutes "0" is no time'],
  [['--minutes', 'soon'], '--minutes "soon" is no time'],
  [['--takeovers', '1.5'], '--takeovers "1.5" is no number'],
  [['--sead', '1'], "Unknown option '--sead'"],
  [['7'], 'Unexpected argument'],
])('simulation: %j is refused with a reason', (words, reason) => {
  expect(parseCommandLine(words)).toContain(reason);
});
