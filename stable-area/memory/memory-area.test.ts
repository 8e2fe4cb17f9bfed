import { expect, test } from 'vitest';
import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import { manualClock } from '../../environment/testing/manual-clock.ts';
import { seededRandom } from '../../environment/testing/seeded-random.ts';
import { stableAreaCompliance } from '../compliance/compliance.ts';
import { claimant, commitDurably, hold, put, textsOf } from '../compliance/support.ts';
import type { HolderLoss } from '../stable-area.ts';
import { openMemoryArea } from './memory-area.ts';
import { createMemoryDisk } from './memory-disk.ts';

stableAreaCompliance(
  async () => {
    const disk = createMemoryDisk();
    return {
      openArea: async () => openMemoryArea(disk, nodeEnvironment()),
      close: async () => {},
    };
  },
  (name, run) => {
    test(`memory area: ${name}`, run);
  },
);

function world() {
  const time = manualClock();
  const disk = createMemoryDisk();
  const environment = { clock: time.clock, timers: time.timers, random: seededRandom(1) };
  return { time, disk, open: () => openMemoryArea(disk, environment) };
}

test('memory area: a held sync keeps the batch from being durable, and its age grows', async () => {
  const { time, disk, open } = world();
  const holder = await hold(open());
  disk.holdSyncs();
  const batch = holder.commit([put('\x02a', '1')]);
  await time.advance(250);
  expect(disk.heldSyncs).toBe(1);
  expect(holder.durableBatch).toBeLessThan(batch);
  expect(holder.oldestCommitAgeMs()).toBe(250);
  expect(await textsOf(holder, ['\x02a'])).toEqual([undefined]);
  disk.releaseSyncs();
  await time.settle();
  expect(holder.durableBatch).toBe(batch);
  expect(holder.oldestCommitAgeMs()).toBe(0);
  expect(await textsOf(holder, ['\x02a'])).toEqual(['1']);
});

test('memory area: a slow sync takes its time', async () => {
  const { time, disk, open } = world();
  const holder = await hold(open());
  disk.syncMs = 20;
  const batch = holder.commit([put('\x02a', '1')]);
  await time.advance(19);
  expect(holder.durableBatch).toBeLessThan(batch);
  await time.advance(1);
  expect(holder.durableBatch).toBe(batch);
});

test.each([
  ['append', undefined],
  ['sync', '1'],
] as const)('memory area: a failed %s is final; the next holder finds %s', async (what, found) => {
  const { time, disk, open } = world();
  const holder = await hold(open());
  const losses: HolderLoss[] = [];
  holder.onLoss = (loss) => losses.push(loss);
  if (what === 'append') disk.failNextAppend();
  else disk.failNextSync();
  const batch = holder.commit([put('\x02a', '1')]);
  await time.settle();
  const code = what === 'append' ? 'ENOSPC' : 'EIO';
  expect(losses).toMatchObject([{ kind: 'failed', cause: { code } }]);
  holder.commit([put('\x02b', '1')]);
  await time.settle();
  expect(holder.durableBatch).toBeLessThan(batch);
  expect(await holder.confirm()).toBe('fenced');
  const next = await hold(open(), 'b');
  expect(await textsOf(next, ['\x02a', '\x02b'])).toEqual([found, undefined]);
});

test('memory area: a killed process says nothing; what it had appended is found, the rest is not', async () => {
  const { time, disk, open } = world();
  const area = open();
  const holder = await hold(area);
  const told: unknown[] = [];
  holder.onDurable = (batch) => told.push(batch);
  holder.onLoss = (loss) => told.push(loss);
  disk.holdSyncs();
  holder.commit([put('\x02a', 'appended')]);
  await time.settle();
  holder.commit([put('\x02b', 'waiting')]);
  area.kill();
  disk.releaseSyncs();
  await time.settle();
  expect(told).toEqual([]);
  const next = await hold(open(), 'b');
  expect(await textsOf(next, ['\x02a', '\x02b'])).toEqual(['appended', undefined]);
});

test('memory area: a claimer that dies before its directory is visible leaves the next able to go on', async () => {
  const { time, disk, open } = world();
  const first = await hold(open());
  await commitDurably(first, [put('\x02a', '1')]);
  const dying = open();
  disk.holdSyncs();
  void dying.claim(claimant('b'));
  await time.settle();
  dying.kill();
  disk.releaseSyncs();
  await time.settle();
  const next = await hold(open(), 'c');
  expect(await textsOf(next, ['\x02a'])).toEqual(['1']);
});

test('memory area: a full disk refuses a claim and growth', async () => {
  const { disk, open } = world();
  const holder = await hold(open());
  expect(holder.admitsGrowth).toBe(true);
  disk.availableBytes = disk.reserveBytes - 1;
  expect(holder.admitsGrowth).toBe(false);
  disk.availableBytes = 0;
  await expect(open().claim(claimant('b'))).rejects.toMatchObject({ code: 'STABLE_AREA_NO_SPACE' });
  expect(await holder.confirm()).toBe('held');
});
