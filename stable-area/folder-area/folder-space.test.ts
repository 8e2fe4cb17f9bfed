import { expect, test } from 'vitest';
import { manualClock } from '../../environment/testing/manual-clock.ts';
import { claimant, commitDurably, hold, put, textsOf } from '../compliance/support.ts';
import { FolderWorld } from '../testing/folder-world.ts';
import { memoryFolder, MemoryTree } from '../testing/memory-folder.ts';
import { FolderSpaceWatch } from './folder-space.ts';
import { areaPaths } from './layout.ts';
import { folderAreaLimits } from './limits.ts';

const kibibyte = 1024;
const reserveBytes = 64 * kibibyte;
const reservePath = '/disk/area/reserve';

/** A watch over a disk of a megabyte whose use the test decides. */
async function watched() {
  const time = manualClock();
  const tree = new MemoryTree();
  tree.capacityBytes = 1024 * kibibyte;
  let isBroken = false;
  const folder = memoryFolder(tree, {
    before: (operation) => {
      if (isBroken && operation === 'space') throw new Error('EIO');
    },
  });
  await folder.makeFolder('/disk/area');
  const watch = await FolderSpaceWatch.start({
    folder,
    timers: time.timers,
    paths: areaPaths('/disk/area'),
    limits: folderAreaLimits({ reserveBytes, spacePollMs: 1_000 }),
    copiedBytes: async () => 777,
  });
  return {
    ...{ time, tree, watch },
    reserve: () => tree.nodes.get(reservePath)?.bytes?.length ?? 0,
    /** Leaves so much of the disk free. */
    async leaveFree(bytes: number) {
      await folder.unlink('/disk/other');
      const free = tree.capacityBytes - tree.usedBytes();
      await folder.preallocate('/disk/other', Math.max(0, free - bytes));
      await time.advance(1_000);
    },
    break() {
      isBroken = true;
    },
  };
}

test('space: the reserve grows to its size in parts, and is not counted as free', async () => {
  const { time, watch, reserve } = await watched();
  expect(watch.admitsGrowth).toBe(true);
  expect(reserve()).toBe(0);
  await time.advance(1_000);
  expect(reserve()).toBe(reserveBytes / 16);
  await time.advance(20_000);
  expect(reserve()).toBe(reserveBytes);
  await time.advance(1_000);
  expect(watch.space.availableBytes).toBe(1024 * kibibyte - reserveBytes);
  expect(watch.takeoverBytes).toBe(777);
  watch.close();
  expect(time.waiting).toBe(0);
});

test('space: growth stops before the reserve is touched, and starts again well above that', async () => {
  const { time, watch, leaveFree } = await watched();
  await time.advance(20_000);
  const admitted: [number, boolean][] = [];
  for (const free of [20, 12, 9, 7, 9, 12, 15, 17, 12, 9, 7]) {
    await leaveFree(free * kibibyte);
    admitted.push([free, watch.admitsGrowth]);
  }
  expect(admitted).toEqual([
    ...[20, 12, 9].map((free) => [free, true]),
    ...[7, 9, 12, 15].map((free) => [free, false]),
    ...[17, 12, 9].map((free) => [free, true]),
    ...[[7, false]],
  ]);
  watch.close();
});

test('space: what is written between two looks counts', async () => {
  const { time, watch, leaveFree } = await watched();
  await time.advance(20_000);
  await leaveFree(40 * kibibyte);
  expect(watch.admitsGrowth).toBe(true);
  watch.noteRecords(10 * kibibyte);
  expect(watch.admitsGrowth).toBe(true);
  watch.noteRecords(2 * kibibyte);
  expect(watch.admitsGrowth).toBe(false);
  // The next look finds that the space is there after all.
  await time.advance(1_000);
  expect(watch.admitsGrowth).toBe(true);
  watch.close();
});

test('space: a disk that does not answer admits no growth', async () => {
  const world = await watched();
  world.break();
  await world.time.advance(1_000);
  expect(world.watch.admitsGrowth).toBe(false);
  world.watch.close();
});

test('reserve: a claim on a full disk gives it up part by part, and fails when it is gone', async () => {
  const world = new FolderWorld();
  const first = await hold(await world.open());
  await commitDurably(first, [put('\x02a', '1')]);
  const folder = memoryFolder(world.tree);
  await folder.preallocate(reservePath, reserveBytes);
  world.tree.capacityBytes = world.tree.usedBytes();
  const sizes: number[] = [];
  for (let claims = 0; claims < 4; claims += 1) {
    const holder = await hold(await world.open(), `n${claims}`);
    expect(await textsOf(holder, ['\x02a'])).toEqual(['1']);
    sizes.push(world.tree.nodes.get(reservePath)?.bytes?.length ?? 0);
    // Somebody else takes what was given up.
    world.tree.capacityBytes = world.tree.usedBytes();
  }
  expect(sizes).toEqual([48, 32, 16, 0].map((size) => size * kibibyte));
  const area = await world.open();
  const before = await area.highestClaim();
  await expect(area.claim(claimant('b'))).rejects.toMatchObject({ code: 'STABLE_AREA_NO_SPACE' });
  // Nobody was fenced by a claim that could not succeed.
  expect(await area.highestClaim()).toEqual(before);
  await world.close();
});
