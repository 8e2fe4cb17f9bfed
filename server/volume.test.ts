import { describe, expect, test } from 'vitest';
import { nodeEnvironment } from '../environment/adapters/node-environment.ts';
import { seededRandom } from '../environment/testing/seeded-random.ts';
import { NfsStat } from '../protocol/generated/nfs2.ts';
import { openMemoryArea } from '../stable-area/memory/memory-area.ts';
import { createMemoryDisk } from '../stable-area/memory/memory-disk.ts';
import { HolderWatch } from '../stable-area/records/holder-watch.ts';
import type { Transaction } from '../stable-area/records/record-store.ts';
import { createRecordStore } from '../stable-area/records/store.ts';
import type { Claimant } from '../stable-area/stable-area.ts';
import { Nfs2World, ok } from './nfs2/testing/nfs2-world.ts';
import { sattr, ServiceVolume } from './testing/service-volume.ts';
import { createFileSystemServices } from './volume.ts';

const claimant: Claimant = {
  node: 'a',
  process: 'a-1',
  pairAddress: '127.0.0.1:1',
  pid: 1,
  startTime: '1',
  namespace: '1',
};

/** A volume in the real record store, whose cache holds next to nothing unless said otherwise. */
async function claimed(disk = createMemoryDisk(), cacheBytesMax = 5_000) {
  const outcome = await openMemoryArea(disk, nodeEnvironment()).claim(claimant);
  if (outcome.kind !== 'held') throw new Error('the claim was lost');
  const store = createRecordStore(new HolderWatch(outcome.holder), { cacheBytesMax });
  const records = {
    execute: async <R>(procedure: (transaction: Transaction) => R): Promise<R> =>
      (await store.execute(procedure)).result,
  };
  const world = new Nfs2World();
  await world.open(new ServiceVolume({}, records));
  return { world, holder: outcome.holder, store };
}

const content = (index: number): Buffer =>
  Buffer.from(Array.from({ length: 8000 }, (_, at) => (index * 31 + at) & 0xff));

describe('a volume in a stable area', () => {
  // What a change costs is for the most part what is written for it and what has to be waited for before: both can be counted.
  test('a change of what is in memory waits for nothing, and writes no more records than it changes', async () => {
    const { world, holder, store } = await claimed(undefined, 10_000_000);
    const { nfs } = world.volume;
    const { file } = ok(await world.create('file'));
    const at = (name: string) => ({ dir: world.root, name });
    const rename = { from: at('file'), to: at('renamed') };
    const calls: readonly (readonly [call: string, () => Promise<unknown>, records: number])[] = [
      // The file, its directory, its name, the same by cookie, the volume's state.
      ['CREATE', () => world.create('another'), 5],
      ['MKDIR', () => world.mkdir('directory'), 5],
      ['SETATTR', () => nfs.nfsprocSetattr({ file, attributes: sattr({ mode: 0o600 }) }), 2],
      // The file, where its data lie, the data, the state.
      ['WRITE', () => world.write(file, 0, Buffer.alloc(100)), 4],
      ['RENAME', () => nfs.nfsprocRename(rename), 7],
      ['REMOVE', () => nfs.nfsprocRemove(at('renamed')), 7],
      ['RMDIR', () => nfs.nfsprocRmdir(at('directory')), 5],
      ['GETATTR', () => nfs.nfsprocGetattr(world.root), 0],
      ['LOOKUP', () => nfs.nfsprocLookup(at('another')), 0],
    ];
    const found: unknown[] = [];
    for (const [call, make] of calls) {
      const before = { ...holder.statistics(), ...store.statistics() };
      await make();
      const after = { ...holder.statistics(), ...store.statistics() };
      const records = after.changes - before.changes;
      const loads = after.loads - before.loads;
      const again = after.repeatedExecutions - before.repeatedExecutions;
      found.push([call, records, { loads, again }]);
    }
    expect(found).toEqual(
      calls.map(([call, , records]) => [call, records, { loads: 0, again: 0 }]),
    );
    await holder.close();
  });

  test('holds what was done to it, for whoever claims it next', async () => {
    const disk = createMemoryDisk();
    const first = await claimed(disk);
    const { file } = ok(await first.world.create('large'));
    for (let index = 0; index < 100; index += 1) {
      await first.world.write(file, index * 8000, content(index));
    }
    const names = Array.from({ length: 50 }, (_, index) => `name${index}`);
    await Promise.all(names.map((name) => first.world.mkdir(name)));
    await Promise.all(
      names
        .slice(25)
        .map((name) => first.world.volume.nfs.nfsprocRmdir({ dir: first.world.root, name })),
    );
    await first.holder.close();

    const second = await claimed(disk);
    expect(second.world.root).toEqual(first.world.root);
    const entries = await second.world.readdir(second.world.root, 0);
    expect(entries.entries.map(({ name }) => name).sort()).toEqual(
      ['.', '..', 'large', ...names.slice(0, 25)].sort(),
    );
    for (let index = 0; index < 100; index += 1) {
      const args = { file, offset: index * 8000, count: 8000, totalcount: 0 };
      const reply = await second.world.volume.nfs.nfsprocRead(args);
      if (!('readok' in reply)) throw new Error(`status ${reply.status}`);
      expect(reply.readok.data.equals(content(index))).toBe(true);
    }
    await second.holder.close();
  });

  test('concurrent calls on one directory count right', async () => {
    const { world, holder } = await claimed();
    const calls = Array.from({ length: 200 }, (_, index) =>
      index % 2 === 0 ? world.create(`n${index % 40}`) : world.remove(`n${(index * 7) % 40}`),
    );
    await Promise.all(calls);
    const { entries } = await world.readdir(world.root, 0);
    for (const { name } of entries.slice(2)) {
      expect(await world.remove(name)).toBe(NfsStat.NFS_OK);
    }
    expect((await world.readdir(world.root, 0)).entries).toHaveLength(2);
    expect((await world.getattr(world.root)).nlink).toBe(2);
    await holder.close();
  });

  test('what goes while its directory is listed is there as a whole, or not at all', async () => {
    const { world, holder } = await claimed();
    const names = Array.from({ length: 60 }, (_, index) => `name${index}`);
    await Promise.all(names.map((name) => world.create(name)));
    const from = { dir: { data: world.root }, cookie: 0n, cookieverf: Buffer.alloc(8) };
    const bounds = { dircount: 65_536, maxcount: 65_536 };
    const lengths = new Set<number>();
    for (const [turns, name] of names.entries()) {
      const listing = world.volume.nfs3.nfsproc3Readdirplus({ ...from, ...bounds });
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      const [reply] = await Promise.all([listing, world.remove(name)]);
      if (!('resok' in reply)) throw new Error(`status ${reply.status}`);
      const { entries } = reply.resok.reply;
      lengths.add(entries.length + turns);
      for (const { nameAttributes, nameHandle } of entries) {
        expect([nameAttributes.attributesFollow, nameHandle.handleFollows]).toEqual([true, true]);
      }
    }
    // Some were listed before the removal that came with them, and some after it.
    expect(lengths).toEqual(new Set([names.length + 2, names.length + 1]));
    await holder.close();
  });

  test('frees large files in the background', async () => {
    const disk = createMemoryDisk();
    const { world, holder } = await claimed(disk);
    const { file } = ok(await world.create('large'));
    for (let index = 0; index < 40; index += 1) {
      await world.write(file, index * 131_072, content(index));
    }
    const before = holder.statistics().changes;
    expect(await world.remove('large')).toBe(NfsStat.NFS_OK);
    expect(holder.statistics().changes - before).toBeLessThan(10);
    expect(await world.volume.runBackground()).toBeGreaterThan(0);
    await holder.close();
    const next = await claimed(disk);
    for (const [from, to] of [
      ['\x02b', '\x02c'],
      ['\x03', '\x04'],
    ] as const) {
      expect(await next.holder.range({ from, to, limit: 1 })).toEqual([]);
    }
    await next.holder.close();
  });
});

describe('initialising', () => {
  test('an area that has a volume changes nothing', () => {
    const volume = new ServiceVolume();
    const before = new Map(volume.records.stored);
    volume.initialise();
    expect(volume.records.changes).toBe(0);
    expect(volume.records.stored).toEqual(before);
  });

  test('takes a quota over only where one is given', () => {
    const volume = new ServiceVolume({ quotaBytes: 5, quotaInodes: 6 });
    const initialise = (options: { quotaBytes?: number }) => {
      const services = createFileSystemServices({ random: seededRandom(1), ...options });
      volume.records.execute((transaction) => {
        services.initialise?.({
          transaction,
          volume: volume.state,
          nowMicroseconds: volume.nowMicroseconds,
          random: Buffer.alloc(8),
        });
      });
      return volume.records.changes;
    };
    expect(initialise({})).toBe(0);
    expect(initialise({ quotaBytes: 7 })).toBe(1);
    expect(initialise({ quotaBytes: 7 })).toBe(0);
  });

  test('a volume from a newer program is refused, and nothing is touched', async () => {
    const volume = new ServiceVolume();
    const [key, state] = [...volume.records.stored].find(([name]) => name === '\x02s') ?? [
      '',
      Buffer.alloc(0),
    ];
    const newer = Buffer.from(state);
    newer[0] = 9;
    volume.records.stored.set(key, newer);
    const dir = await volume.root();
    const create = volume.nfs.nfsprocCreate({ where: { dir, name: 'f' }, attributes: sattr() });
    await expect(create).rejects.toMatchObject({ code: 'STABLE_AREA_FORMAT' });
    expect(() => {
      volume.initialise();
    }).toThrow(/use the newer program/);
  });
});
