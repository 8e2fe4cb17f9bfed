import { expect, test, vi } from 'vitest';
import { commitDurably, hold, put, remove } from '../compliance/support.ts';
import type { Change, Holder } from '../stable-area.ts';
import { FolderWorld, smallLimits } from '../testing/folder-world.ts';
import type { FolderStep } from '../testing/memory-folder.ts';

const segments = '/disk/area/segments';
const limits = { ...smallLimits, segmentBytesMax: 1_000 };
const value = (key: string): Change => ({ key: `\x03${key}`, value: Buffer.alloc(700, key) });

function segmentsOf(world: FolderWorld): string[] {
  return world.paths
    .filter((path) => path.startsWith(`${segments}/`))
    .map((path) => path.slice(segments.length + 1));
}

async function turns(count = 50): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
}

test('value log: a segment is on the disk, name and all, before a record that names it is written', async () => {
  const world = new FolderWorld();
  const steps: string[] = [];
  const after: FolderStep = (operation, path) => {
    if (['sync', 'syncFolder'].includes(operation)) steps.push(`${operation} ${path}`);
  };
  const holder = await hold(await world.open({ after }, limits));
  steps.length = 0;
  await commitDurably(holder, [value('a')]);
  expect(steps).toEqual([
    `syncFolder ${segments}`,
    `sync ${segments}/1-1`,
    'sync /disk/area/epochs/1/log',
  ]);
  await world.close();
});

test('value log: a segment without any value goes; one that is appended to, or in use, stays', async () => {
  const world = new FolderWorld();
  const holder = await hold(await world.open({}, limits));
  for (const key of ['a', 'b', 'c', 'd']) await commitDurably(holder, [value(key)]);
  expect(segmentsOf(world)).toEqual(['1-1', '1-2']);
  await commitDurably(holder, [remove('\x03a')]);
  await turns();
  expect(segmentsOf(world)).toEqual(['1-1', '1-2']);
  await commitDurably(holder, [remove('\x03b'), remove('\x03c'), remove('\x03d')]);
  await turns();
  expect(segmentsOf(world)).toEqual(['1-2']);
  await commitDurably(holder, [value('e')]);
  await commitDurably(holder, [remove('\x03e')]);
  await turns();
  expect(segmentsOf(world)).toEqual(['1-3']);
  await world.close();
});

test('value log: whoever is fenced removes nothing, and what it leaves without a name the next one removes', async () => {
  const world = new FolderWorld();
  const old = await hold(await world.open({}, limits));
  for (const key of ['a', 'b']) await commitDurably(old, [value(key)]);
  await commitDurably(old, [value('c')]);
  const next = await hold(await world.open({}, limits), 'b');
  // It does not know yet, and goes on in its own directory and segments.
  old.commit([value('d'), remove('\x03a')]);
  old.commit([value('e'), remove('\x03b')]);
  await turns();
  expect(old.loss).toEqual({ kind: 'fenced' });
  expect(segmentsOf(world)).toEqual(['1-1', '1-2', '1-3']);
  const names = ['\x03a', '\x03b', '\x03c', '\x03d'];
  const found = await next.getMany(names);
  expect(found.map((bytes) => bytes?.length)).toEqual([700, 700, 700, undefined]);
  await hold(await world.open({}, limits), 'c');
  // An area that is closed cleans up at once.
  await world.close();
  expect(segmentsOf(world)).toEqual(['1-1', '1-2']);
});

test('value log: a takeover touches no segment, however many there are', async () => {
  const world = new FolderWorld();
  const old = await hold(await world.open({}, limits));
  for (const key of 'abcdefgh') await commitDurably(old, [value(key)]);
  const touched: string[] = [];
  const after: FolderStep = (operation, path) => {
    if (path.startsWith(`${segments}/`)) touched.push(`${operation} ${path}`);
  };
  await hold(await world.open({ after }, limits), 'b');
  await turns();
  expect(touched).toEqual([]);
  await world.close();
});

test.each(['append', 'sync'])(
  'value log: a failed %s is final, and nothing of the batch is acknowledged',
  async (failing) => {
    const world = new FolderWorld();
    let isBroken = false;
    const before: FolderStep = (operation, path) => {
      if (isBroken && operation === failing && path.startsWith(segments)) throw new Error('EIO');
    };
    const holder = await hold(await world.open({ before }, limits));
    const durable = await commitDurably(holder, [value('a')]);
    isBroken = true;
    const batch = holder.commit([value('b'), put('\x02b', '1')]);
    await turns();
    expect(holder.loss).toMatchObject({ kind: 'failed' });
    expect([holder.durableBatch, batch]).toEqual([durable, durable + 1]);
    await world.close();
  },
);

test.each([
  ['changed', (bytes: Buffer) => bytes.fill(0, 100, 101)],
  ['cut short', (bytes: Buffer) => bytes.subarray(0, 100)],
  ['missing', () => undefined],
])(
  'value log: a value that is %s is the end of the holder, not an answer',
  async (_what, damage) => {
    const world = new FolderWorld();
    const holder = await hold(await world.open({}, limits));
    await commitDurably(holder, [value('a')]);
    const path = `${segments}/1-1`;
    const node = world.tree.nodes.get(path);
    const bytes = damage(node?.bytes ?? Buffer.alloc(0));
    if (bytes === undefined) world.tree.nodes.delete(path);
    else if (node !== undefined) node.bytes = bytes;
    await expect(holder.getMany(['\x03a'])).rejects.toMatchObject({ code: 'STABLE_AREA_CORRUPT' });
    expect(holder.loss).toMatchObject({ kind: 'failed', cause: { code: 'STABLE_AREA_CORRUPT' } });
    await world.close();
  },
);

/** Every value still there is what was put, whatever was moved. */
async function expectValues(holder: Holder, keys: readonly string[]): Promise<void> {
  const found = await holder.getMany(keys.map((key) => `\x03${key}`));
  expect(found.map((bytes) => bytes && Buffer.from(bytes))).toEqual(
    keys.map((key) => value(key).value),
  );
}

function storedBytes(world: FolderWorld): number {
  return segmentsOf(world).reduce((sum, name) => {
    return sum + (world.tree.nodes.get(`${segments}/${name}`)?.bytes?.length ?? 0);
  }, 0);
}

test('value log: what is in use moves out of segments that mostly are not, and they go', async () => {
  const world = new FolderWorld();
  const holder = await hold(await world.open({}, limits));
  const keys = Array.from({ length: 60 }, (_, index) => `k${index}`);
  for (const key of keys) await commitDurably(holder, [value(key)]);
  const kept = keys.filter((_, index) => index % 4 === 0);
  for (const key of keys.filter((name) => !kept.includes(name))) {
    await commitDurably(holder, [remove(`\x03${key}`)]);
  }
  await vi.waitFor(() => {
    expect(storedBytes(world)).toBeLessThan(1.5 * kept.length * 700 + 2_000);
  });
  await expectValues(holder, kept);
  await expectValues(await hold(await world.open({}, limits), 'b'), kept);
  await world.close();
});

test('value log: a frame that is longer than what the cleaner reads at once is read whole', async () => {
  const world = new FolderWorld();
  const holder = await hold(await world.open({}, limits));
  const long = { key: '\x03long', value: Buffer.alloc(1_500_000, 1) };
  await commitDurably(holder, [long, value('a')]);
  await commitDurably(holder, [value('b')]);
  await commitDurably(holder, [remove(long.key)]);
  await vi.waitFor(() => {
    expect(storedBytes(world)).toBeLessThan(5_000);
  });
  await expectValues(holder, ['a', 'b']);
  await world.close();
});

test('value log: a segment that cannot be emptied is looked at once, not again and again', async () => {
  const world = new FolderWorld();
  const holder = await hold(await world.open({}, limits));
  const keys = Array.from({ length: 20 }, (_, index) => `k${index}`);
  for (const key of keys) await commitDurably(holder, [value(key)]);
  let reads = 0;
  const damaged = Buffer.alloc(1_500);
  Object.defineProperty(world.tree.nodes.get(`${segments}/1-1`), 'bytes', {
    get: () => {
      reads += 1;
      return damaged;
    },
  });
  for (const key of keys.slice(1)) await commitDurably(holder, [remove(`\x03${key}`)]);
  await turns(200);
  const readsBefore = reads;
  await turns(200);
  expect([readsBefore > 0, reads - readsBefore]).toEqual([true, 0]);
  await world.close();
});

test('value log: what is deleted while it moves stays deleted, and is not counted', async () => {
  const world = new FolderWorld();
  const started: Holder[] = [];
  const kept = new Set<string>();
  const before: FolderStep = (operation, path) => {
    // At each step of a move one of the values that are being moved goes.
    if (operation !== 'append' || !path.startsWith(segments)) return;
    const [holder] = started;
    const [key] = kept;
    if (holder !== undefined && key !== undefined && kept.delete(key)) {
      holder.commit([remove(`\x03${key}`)]);
    }
  };
  const opened = await hold(await world.open({ before }, limits));
  const keys = Array.from({ length: 60 }, (_, index) => `k${index}`);
  for (const key of keys) await commitDurably(opened, [value(key)]);
  keys.forEach((key, index) => {
    if (index % 3 === 0) kept.add(key);
  });
  for (const key of keys) if (!kept.has(key)) opened.commit([remove(`\x03${key}`)]);
  started.push(opened);
  await vi.waitFor(() => {
    expect(storedBytes(world)).toBeLessThan(1.5 * kept.size * 700 + 2_000);
  });
  await expectValues(opened, [...kept]);
  await commitDurably(
    opened,
    [...kept].map((key) => remove(`\x03${key}`)),
  );
  await vi.waitFor(() => {
    expect(segmentsOf(world).length).toBeLessThanOrEqual(1);
  });
  await world.close();
});
