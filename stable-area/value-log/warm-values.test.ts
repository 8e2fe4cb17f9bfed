import { expect, test } from 'vitest';
import { commitDurably, hold, remove } from '../compliance/support.ts';
import type { Change, Holder } from '../stable-area.ts';
import { FolderWorld } from '../testing/folder-world.ts';
import type { Location } from './location.ts';
import { WarmLocations } from './warm-locations.ts';

const value = (key: string, text = key): Change => ({
  key: `\x03${key}`,
  value: Buffer.alloc(700, text),
});

function textNow(holder: Holder, key: string): string | undefined {
  return holder
    .getNow?.([`\x03${key}`], 'kept')?.[0]
    ?.toString()
    .slice(0, 3);
}

test('warm values: what was written or read lately is there in the calling turn, as of the last durable batch', async () => {
  const world = new FolderWorld();
  const holder = await hold(await world.open());
  await commitDurably(holder, [value('a'), value('b')]);
  // Its segment was never read.
  expect(textNow(holder, 'a')).toBeUndefined();
  await holder.getMany(['\x03b']);
  expect(textNow(holder, 'a')).toBe('aaa');
  const batch = holder.commit([value('a', 'c'), remove('\x03b')]);
  expect([textNow(holder, 'a'), textNow(holder, 'b')]).toEqual(['aaa', 'bbb']);
  await commitDurably(holder, [value('d')]);
  expect(holder.durableBatch).toBeGreaterThanOrEqual(batch);
  expect([textNow(holder, 'a'), textNow(holder, 'b')]).toEqual(['ccc', undefined]);

  const next = await hold(await world.open(), 'b');
  expect(textNow(next, 'a')).toBeUndefined();
  await next.getMany(['\x03a']);
  expect(textNow(next, 'a')).toBe('ccc');
  expect(await holder.confirm()).toBe('fenced');
  expect(textNow(holder, 'a')).toBeUndefined();
  await world.close();
});

test.each([
  ['changed', 10_000, (bytes: Buffer) => bytes.fill(0xff, bytes.length - 10)],
  ['cut short', 0, (bytes: Buffer) => bytes.subarray(0, -10)],
])(
  'warm values: one that was written, or found right, and is %s since is found wrong %i ms later, and ends the holder',
  async (_, laterMs, damage) => {
    let nowMs = 5;
    const world = new FolderWorld({ monotonicMs: () => nowMs, wallMicroseconds: () => 1 });
    const holder = await hold(await world.open());
    await commitDurably(holder, [value('a')]);
    await holder.getMany(['\x03a']);
    const node = world.tree.nodes.get('/disk/area/segments/1-1');
    expect(textNow(holder, 'a')).toBe('aaa');
    if (node?.bytes !== undefined) node.bytes = damage(node.bytes);
    nowMs += laterMs - 1;
    if (laterMs > 0) expect(textNow(holder, 'a')).toBe('aaa');
    nowMs += 1;
    expect(() => holder.getNow?.(['\x03a'], 'kept')).toThrow('not what its checksum says');
    expect(holder.loss).toMatchObject({ kind: 'failed' });
    await world.close();
  },
);

test('warm locations: a load that was overtaken by a batch says nothing, and the oldest leave first', async () => {
  const at = (position: number): Location => ({
    epoch: 1,
    number: 1,
    position,
    length: 4,
    crc32: 0,
  });
  const warm = new WarmLocations(8, { monotonicMs: () => 0, wallMicroseconds: () => 0 });
  await warm.load((found) => {
    warm.written('a', at(1));
    warm.written('b', undefined);
    for (const key of 'abc') found(key, at(0));
    return Promise.resolve();
  });
  expect(['a', 'b', 'c'].map((key) => warm.get(key)?.position)).toEqual([1, undefined, 0]);
  warm.written('d', at(2));
  expect(['a', 'c', 'd'].map((key) => warm.get(key)?.position)).toEqual([undefined, 0, 2]);
});
