import { expect, test } from 'vitest';
import { manualClock } from '../../environment/testing/manual-clock.ts';
import { seededRandom } from '../../environment/testing/seeded-random.ts';
import { claimant, commitDurably, hold, put } from '../compliance/support.ts';
import type { KeyValueEngine } from '../key-value-engine.ts';
import { areaKey, ringKey } from '../keys.ts';
import { defaultBatchLimits, ringSlots } from '../limits.ts';
import { openMemoryArea } from '../memory/memory-area.ts';
import { createMemoryDisk } from '../memory/memory-disk.ts';
import { MemoryEngine } from '../memory/memory-engine.ts';
import { MemoryEpoch } from '../memory/memory-epoch.ts';
import type { Claim, Confirmation } from '../stable-area.ts';
import { writeAreaRecord } from './area-record.ts';
import { slotOf } from './batch-ring.ts';
import { openHolder } from './engine-holder.ts';

const claim: Claim = {
  ...claimant('a'),
  epoch: 1,
  areaId: Buffer.alloc(16, 1),
  writeVerifier: Buffer.alloc(8, 2),
};

/** A holder of an area of its own, over an engine that the test may replace in part. */
async function held(
  override: Partial<KeyValueEngine> = {},
  checkFence: () => Confirmation | Promise<Confirmation> = () => 'held',
) {
  const time = manualClock();
  const epoch = new MemoryEpoch();
  const memory = new MemoryEngine(createMemoryDisk(), epoch, time.timers);
  await writeAreaRecord(memory, claim.areaId, claim.epoch);
  const closes: number[] = [];
  const engine: KeyValueEngine = {
    getMany: (keys) => memory.getMany(keys),
    range: (range) => memory.range(range),
    writeSynced: (changes) => memory.writeSynced(changes),
    close: async () => void closes.push(1),
    ...override,
  };
  const holder = await openHolder({
    claim,
    engine,
    clock: time.clock,
    timers: time.timers,
    limits: defaultBatchLimits,
    checkFence,
    space: {
      admitsGrowth: true,
      space: { totalBytes: 1, freeBytes: 1, availableBytes: 1 },
      takeoverBytes: 0,
      noteRecords: () => {},
      noteValues: () => {},
      close: () => {},
    },
  });
  return { time, epoch, holder, closes };
}

test('holder: a record that is damaged is the end of the holder, not an answer', async () => {
  for (const read of ['getMany', 'range'] as const) {
    const { epoch, holder, closes } = await held();
    await commitDurably(holder, [put('\x02a', 'value')]);
    const stored = epoch.records.get('\x02a');
    if (stored !== undefined) stored[7] = 0xff;
    const reading =
      read === 'getMany'
        ? holder.getMany(['\x02a'])
        : holder.range({ from: '\x02', to: '\x03', limit: 9 });
    await expect(reading).rejects.toMatchObject({ code: 'STABLE_AREA_CORRUPT' });
    expect(holder.loss).toMatchObject({ kind: 'failed', cause: { code: 'STABLE_AREA_CORRUPT' } });
    expect(await holder.confirm()).toBe('fenced');
    expect(closes).toHaveLength(1);
  }
});

test('holder: a read that the engine fails is the end of the holder', async () => {
  let isBroken = false;
  const { holder } = await held({
    range: () => (isBroken ? Promise.reject(new Error('EIO')) : Promise.resolve([])),
  });
  isBroken = true;
  const reading = holder.range({ from: '\x02', to: '\x03', limit: 9 });
  await expect(reading).rejects.toMatchObject({ code: 'STABLE_AREA_IO' });
  expect(holder.loss).toMatchObject({ kind: 'failed' });
  await expect(holder.getMany(['\x02a'])).rejects.toMatchObject({ code: 'STABLE_AREA_LOST' });
});

test('holder: a check that throws, rejects or says fenced is fenced', async () => {
  const checks: (() => Confirmation | Promise<Confirmation>)[] = [
    () => {
      throw new Error('EIO');
    },
    () => Promise.reject(new Error('EIO')),
    () => 'fenced',
    () => Promise.resolve('fenced'),
  ];
  for (const check of checks) {
    const { holder } = await held({}, check);
    expect(await holder.confirm()).toBe('fenced');
    expect(holder.loss).toEqual({ kind: 'fenced' });
  }
});

test('holder: a check that was held when a write failed meanwhile is fenced', async () => {
  let answer: (found: Confirmation) => void = () => {};
  const { holder, time } = await held(
    { writeSynced: () => Promise.reject(new Error('ENOSPC')) },
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  const confirming = holder.confirm();
  holder.commit([put('\x02a', '1')]);
  await time.settle();
  answer('held');
  expect(await confirming).toBe('fenced');
  expect(holder.loss).toMatchObject({ kind: 'failed', cause: { message: 'ENOSPC' } });
});

/** An area in memory with some batches; then the test changes what is stored. */
async function areaWithBatches(batches: number) {
  const time = manualClock();
  const disk = createMemoryDisk();
  const environment = { clock: time.clock, timers: time.timers, random: seededRandom(1) };
  const holder = await hold(openMemoryArea(disk, environment));
  for (let batch = 0; batch < batches; batch += 1) {
    await commitDurably(holder, [put('\x02a', `${batch}`)]);
  }
  const records = disk.epochs.get(1)?.records;
  expect(records).toBeDefined();
  return { records: records!, claimAgain: () => hold(openMemoryArea(disk, environment), 'b') };
}

test('open: every batch among the newest is proved present', async () => {
  // Batch 1 made the area.
  for (const [batches, lost] of [
    [3, 1],
    [3, 2],
    [100, 40],
    [100, 100],
    [100, 99],
  ] as const) {
    const { records, claimAgain } = await areaWithBatches(batches);
    records.apply([{ key: ringKey(slotOf(lost)), value: undefined }]);
    await expect(claimAgain()).rejects.toMatchObject({ code: 'STABLE_AREA_CORRUPT' });
  }
  const whole = await areaWithBatches(ringSlots + 1);
  expect((await whole.claimAgain()).durableBatch).toBe(ringSlots + 2);
});

test('open: the record of the area must be there, and be that of this area', async () => {
  const missing = await areaWithBatches(1);
  missing.records.apply([{ key: areaKey, value: undefined }]);
  await expect(missing.claimAgain()).rejects.toMatchObject({ code: 'STABLE_AREA_CORRUPT' });
  const other = await areaWithBatches(1);
  const another = new MemoryEpoch();
  await writeAreaRecord(
    new MemoryEngine(createMemoryDisk(), another, manualClock().timers),
    Buffer.alloc(16, 9),
    1,
  );
  other.records.apply([{ key: areaKey, value: another.records.get(areaKey) }]);
  await expect(other.claimAgain()).rejects.toMatchObject({ code: 'STABLE_AREA_CORRUPT' });
});

test('holder: after many deletions of PA the engine is asked once to forget them', async () => {
  const asked: string[][] = [];
  const dropDeleted = async (from: string, to: string): Promise<void> =>
    void asked.push([from, to]);
  const { holder } = await held({ dropDeleted });
  const deletions = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({ key: `${prefix}r${index}`, value: undefined }));
  await commitDurably(holder, deletions('\x02', 60_000));
  await commitDurably(holder, deletions('\x01', 49_999));
  expect(asked).toEqual([]);
  await commitDurably(holder, deletions('\x01', 1));
  expect(asked).toEqual([['\x01', '\x02']]);
  await commitDurably(holder, deletions('\x01', 49_999));
  expect(asked).toHaveLength(1);
});
