import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { manualClock } from '../../environment/testing/manual-clock.ts';
import { defaultBatchLimits } from '../limits.ts';
import type { Change } from '../stable-area.ts';
import { type BatchChanges, GroupCommit } from './group-commit.ts';

const change = (key: string, value: string | undefined): Change => ({
  key,
  value: value === undefined ? undefined : Buffer.from(value),
});

/** A group commit whose writes end when the test says so. */
function observed(limits = defaultBatchLimits) {
  const time = manualClock(0);
  const writes: { batch: number; changes: BatchChanges; end: () => void; fail: () => void }[] = [];
  const durable: number[] = [];
  const failures: Error[] = [];
  const group = new GroupCommit({
    clock: time.clock,
    timers: time.timers,
    limits,
    newestBatch: 10,
    write: (batch, changes) =>
      new Promise((resolve, reject) => {
        const fail = () => reject(new Error('ENOSPC'));
        writes.push({ batch, changes, end: resolve, fail });
      }),
    onDurable: (batch) => durable.push(batch),
    onFailed: (cause) => failures.push(cause),
  });
  return { ...{ time, group, writes, durable, failures }, settle: () => time.settle() };
}

const textsIn = (changes: BatchChanges | undefined) =>
  [...(changes ?? [])].map(([key, value]) => [key, value && Buffer.from(value).toString()]);

test('group commit: commits of a turn share the first write, those that come during it the second', async () => {
  const { group, writes, durable, settle } = observed();
  expect(group.commit([change('a', '1')])).toBe(11);
  expect(group.commit([change('b', '1')])).toBe(11);
  expect(writes).toHaveLength(0);
  await settle();
  expect(writes).toHaveLength(1);
  expect(group.commit([change('a', '2')])).toBe(12);
  await settle();
  expect(group.commit([change('c', '1')])).toBe(12);
  await settle();
  expect(writes).toHaveLength(1);
  writes[0]?.end();
  await settle();
  expect(durable).toEqual([11]);
  expect(writes.map(({ changes }) => textsIn(changes))).toEqual([
    [
      ['a', '1'],
      ['b', '1'],
    ],
    [
      ['a', '2'],
      ['c', '1'],
    ],
  ]);
  writes[1]?.end();
  await settle();
  expect(durable).toEqual([11, 12]);
  expect(group.durableBatch).toBe(12);
});

test('group commit: the next write has begun when the last is told', async () => {
  const { group, writes, settle } = observed();
  const seen: number[] = [];
  group.commit([change('a', '1')]);
  await settle();
  group.commit([change('b', '1')]);
  const first = writes[0];
  const { length } = writes;
  first?.end();
  await settle();
  seen.push(writes.length - length);
  expect(seen).toEqual([1]);
});

test('group commit: a key is written once per batch, the later change wins, deletes too', async () => {
  const { group, writes, settle } = observed();
  group.commit([change('a', '1'), change('b', '1')]);
  group.commit([change('a', undefined), change('b', '2')]);
  group.commit([change('a', '3')]);
  await settle();
  expect(textsIn(writes[0]?.changes)).toEqual([
    ['a', '3'],
    ['b', '2'],
  ]);
});

test('group commit: limits in bytes and changes start another batch; no commit is split', async () => {
  const { group } = observed({ batchBytesMax: 100, batchChangesMax: 4 });
  expect(group.commit([change('a', 'x'.repeat(60))])).toBe(11);
  expect(group.commit([change('b', 'x'.repeat(60))])).toBe(12);
  expect(group.commit([change('c', 'x'.repeat(500))])).toBe(13);
  const many = ['d', 'e', 'f', 'g', 'h'].map((key) => change(key, ''));
  expect(group.commit(many)).toBe(14);
  expect(group.commit([change('i', '')])).toBe(15);
  // A key that is overwritten does not count twice.
  expect(group.commit([change('i', 'x'.repeat(90))])).toBe(15);
  expect(group.commit([change('i', 'x'.repeat(5))])).toBe(15);
  expect(group.commit([change('j', 'x'.repeat(50))])).toBe(15);
});

test('group commit: a failed write is final: nothing after it is written or told', async () => {
  const { group, writes, durable, failures, settle } = observed();
  group.commit([change('a', '1')]);
  await settle();
  group.commit([change('b', '1')]);
  writes[0]?.fail();
  await settle();
  expect(failures).toMatchObject([{ message: 'ENOSPC' }]);
  expect(group.commit([change('c', '1')])).toBeGreaterThan(group.durableBatch);
  await settle();
  expect(writes).toHaveLength(1);
  expect(durable).toEqual([]);
  expect(group.oldestCommitAgeMs()).toBe(0);
  await group.drain();
});

test('group commit: after a stop the write under way is never told', async () => {
  const { group, writes, durable, failures, settle } = observed();
  group.commit([change('a', '1')]);
  await settle();
  group.stop();
  writes[0]?.end();
  await settle();
  expect({ durable, failures, durableBatch: group.durableBatch }).toEqual({
    durable: [],
    failures: [],
    durableBatch: 10,
  });
});

test('group commit: the age is that of the oldest commit that is not durable', async () => {
  const { group, writes, time } = observed();
  expect(group.oldestCommitAgeMs()).toBe(0);
  group.commit([change('a', '1')]);
  await time.advance(30);
  group.commit([change('b', '1')]);
  await time.advance(10);
  expect(group.oldestCommitAgeMs()).toBe(40);
  writes[0]?.end();
  await time.settle();
  expect(group.oldestCommitAgeMs()).toBe(10);
});

test('group commit: drain waits for all that was committed', async () => {
  const { group, writes, settle } = observed();
  group.commit([change('a', '1')]);
  let isDrained = false;
  const draining = group.drain().then(() => {
    isDrained = true;
  });
  await settle();
  group.commit([change('b', '1')]);
  writes[0]?.end();
  await settle();
  expect(isDrained).toBe(false);
  writes[1]?.end();
  await draining;
});

test.prop([
  fc.array(fc.array(fc.tuple(fc.nat({ max: 5 }), fc.nat({ max: 40 })), { maxLength: 6 })),
])(
  'group commit: the batches, one after the other, make what the commits make',
  async (commits) => {
    const { group, writes, settle } = observed({ batchBytesMax: 60, batchChangesMax: 5 });
    const expected = new Map<string, number>();
    const numbers: number[] = [];
    for (const commit of commits) {
      numbers.push(
        group.commit(commit.map(([key, length]) => change(`k${key}`, 'x'.repeat(length)))),
      );
      for (const [key, length] of commit) expected.set(`k${key}`, length);
    }
    const found = new Map<string, number>();
    await settle();
    for (let index = 0; index < writes.length; index += 1) {
      expect(writes[index]?.batch).toBe(11 + index);
      for (const [key, value] of writes[index]?.changes ?? []) found.set(key, value?.length ?? -1);
      writes[index]?.end();
      await settle();
    }
    expect(found).toEqual(expected);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(group.durableBatch).toBe(numbers.at(-1) ?? 10);
  },
);
