import { expect, test } from 'vitest';
import type { CallKind } from '../history/call.ts';
import { isMutating } from '../history/call.ts';
import { NaiveFileSystem } from '../testing/naive-file-system.ts';
import { chooseCall } from './choose-call.ts';
import { Knowledge } from './knowledge.ts';
import { seededRandom } from './seeded-random.ts';

interface Tally {
  readonly calls: string[];
  readonly succeeded: ReadonlyMap<CallKind, number>;
  readonly mutating: number;
}

function tally(seed: number, count: number): Tally {
  const random = seededRandom(seed);
  const files = new NaiveFileSystem();
  const root = files.addRoot();
  const area = { knowledge: new Knowledge([root]), names: ['a', 'b', 'c', 'd', 'e', 'f'] };
  const calls: string[] = [];
  const succeeded = new Map<CallKind, number>();
  let mutating = 0;
  for (let number = 1; number <= count; number += 1) {
    const call = chooseCall(random, area);
    const outcome = files.execute(call, `0.${number}`);
    area.knowledge.learn(call, outcome);
    calls.push(JSON.stringify(call));
    if (outcome.status !== 'ok') continue;
    succeeded.set(call.kind, (succeeded.get(call.kind) ?? 0) + 1);
    if (isMutating(call)) mutating += 1;
  }
  return { calls, succeeded, mutating };
}

test('workload: the same seed gives the same calls', () => {
  expect(tally(5, 200).calls).toEqual(tally(5, 200).calls);
  expect(tally(5, 200).calls).not.toEqual(tally(6, 200).calls);
});

test('workload: every kind of call succeeds, and many change something', () => {
  expect(tally(1, 3_000).succeeded.size).toBe(14);
  expect(tally(2, 3_000).mutating).toBeGreaterThan(700);
});

test('seeded random: parts of a run have independent numbers', () => {
  const numbers = (label: string): number[] => {
    const random = seededRandom(1).fork(label);
    return Array.from({ length: 5 }, () => random.integer(0, 1_000_000));
  };
  expect(numbers('a')).toEqual(numbers('a'));
  expect(numbers('a')).not.toEqual(numbers('b'));
});

test('seeded random: numbers are uniform, ends included', () => {
  const random = seededRandom(9);
  const counts = new Map<number, number>();
  for (let draw = 0; draw < 6_000; draw += 1) {
    const value = random.integer(1, 6);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual([1, 2, 3, 4, 5, 6]);
  for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});
