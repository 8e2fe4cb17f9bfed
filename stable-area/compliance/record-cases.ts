import { strict as assert } from 'node:assert';
import { defaultBatchLimits, keyBytesMax } from '../limits.ts';
import type { Change } from '../stable-area.ts';
import {
  commitDurably,
  openAndHold,
  put,
  rejectsWith,
  remove,
  textsOf,
  untilDurable,
} from './support.ts';
import type { ComplianceCase } from './world.ts';

/** What a holder promises about records, batches and reading. */
export const recordCases: readonly ComplianceCase[] = [
  {
    name: 'getMany: values in the order of the keys, undefined where there is none',
    async run(world) {
      const holder = await openAndHold(world);
      await commitDurably(holder, [put('\x02a', '1'), put('\x02b', '2'), put('\x02empty', '')]);
      assert.deepEqual(
        await textsOf(holder, ['\x02b', '\x02none', '\x02empty', '\x02a', '\x02b']),
        ['2', undefined, '', '1', '2'],
      );
      assert.deepEqual(await textsOf(holder, []), []);
    },
  },
  {
    name: 'keys and values are bytes: none is changed, whatever it is',
    async run(world) {
      const holder = await openAndHold(world);
      const changes = Array.from({ length: 256 }, (_, byte): Change => {
        return { key: `\x02${String.fromCharCode(byte)}`, value: Uint8Array.of(byte, 0, byte) };
      });
      const longest = '\x02'.padEnd(keyBytesMax, '\xff');
      await commitDurably(holder, [...changes, put(longest, 'longest')]);
      const found = await holder.getMany(changes.map(({ key }) => key));
      found.forEach((value, byte) => {
        assert.deepEqual([...(value ?? [])], [byte, 0, byte]);
      });
      assert.deepEqual(await textsOf(holder, [longest]), ['longest']);
    },
  },
  {
    name: 'range: from inclusive, to exclusive, in byte order, either way, at most the limit',
    async run(world) {
      const holder = await openAndHold(world);
      const keys = ['\x02', '\x02\x00', '\x02a', '\x02a\x00', '\x02b', '\x02\x7f', '\x02\x80'];
      await commitDurably(
        holder,
        [...keys, '\x01z', '\x03'].map((key) => put(key, `of ${key}`)),
      );
      const rangeOf = async (from: string, to: string, limit: number, reverse: boolean) =>
        (await holder.range({ from, to, limit, reverse })).map(({ key, value }) => {
          assert.equal(Buffer.from(value).toString(), `of ${key}`);
          return key;
        });
      assert.deepEqual(await rangeOf('\x02', '\x03', 100, false), keys);
      assert.deepEqual(await rangeOf('\x02', '\x03', 100, true), keys.toReversed());
      assert.deepEqual(await rangeOf('\x02a', '\x02b', 100, false), ['\x02a', '\x02a\x00']);
      assert.deepEqual(await rangeOf('\x02a', '\x02b', 1, false), ['\x02a']);
      assert.deepEqual(await rangeOf('\x02a', '\x02b', 1, true), ['\x02a\x00']);
      assert.deepEqual(await rangeOf('\x02', '\x03', 0, false), []);
      assert.deepEqual(await rangeOf('\x03', '\x02', 9, false), []);
      assert.deepEqual(await rangeOf('\x02b', '\x02b', 9, false), []);
    },
  },
  {
    name: 'commit: the later change of a key wins, within a commit and among commits joined',
    async run(world) {
      const holder = await openAndHold(world);
      holder.commit([put('\x02a', '1'), remove('\x02a'), put('\x02a', '2'), put('\x02b', '1')]);
      holder.commit([remove('\x02b'), put('\x02c', '1'), remove('\x02never')]);
      await untilDurable(holder, holder.commit([put('\x02c', '2')]));
      const found = await textsOf(holder, ['\x02a', '\x02b', '\x02c', '\x02never']);
      assert.deepEqual(found, ['2', undefined, '2', undefined]);
    },
  },
  {
    name: 'commit: numbers ascend, durableBatch follows them in order and is told',
    async run(world) {
      const holder = await openAndHold(world);
      assert.equal(holder.lastBatch, 0);
      const told: number[] = [];
      holder.onDurable = (batch) => {
        assert.equal(batch, holder.durableBatch);
        told.push(batch);
      };
      const before = holder.durableBatch;
      const numbers: number[] = [];
      for (let round = 0; round < 10; round += 1) {
        for (let call = 0; call < 5; call += 1) {
          numbers.push(holder.commit([put(`\x02${call}`, `${round}`)]));
          assert.equal(holder.lastBatch, numbers.at(-1));
        }
        assert((numbers.at(-1) ?? 0) > holder.durableBatch, 'not durable in the same turn');
        await holder.getMany(['\x020']);
      }
      await untilDurable(holder, holder.lastBatch);
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => a - b),
      );
      assert((numbers[0] ?? 0) > before);
      assert.equal(holder.durableBatch, numbers.at(-1));
      assert.deepEqual(
        told,
        told.toSorted((a, b) => a - b),
      );
      assert.equal(holder.oldestCommitAgeMs(), 0);
    },
  },
  {
    name: 'commit: calls of one turn share a synced write',
    async run(world) {
      const holder = await openAndHold(world);
      const numbers = Array.from({ length: 64 }, (_, call) =>
        holder.commit([put(`\x02${call}`, 'x')]),
      );
      assert.equal(new Set(numbers).size, 1);
      await untilDurable(holder, holder.lastBatch);
      const { commits, batches, changes } = holder.statistics();
      assert.deepEqual({ commits, batches, changes }, { commits: 64, batches: 1, changes: 64 });
    },
  },
  {
    name: 'commit: more than a batch takes goes into several, each commit whole',
    async run(world) {
      const holder = await openAndHold(world);
      const value = Buffer.alloc(defaultBatchLimits.batchBytesMax / 4 + 1, 7);
      const numbers = Array.from({ length: 8 }, (_, call) =>
        holder.commit([
          { key: `\x02a${call}`, value },
          { key: `\x02b${call}`, value },
        ]),
      );
      const large = Buffer.alloc(2 * defaultBatchLimits.batchBytesMax, 9);
      numbers.push(holder.commit([{ key: '\x02large', value: large }]));
      assert(new Set(numbers).size > 4);
      await untilDurable(holder, holder.lastBatch);
      const found = await holder.range({ from: '\x02', to: '\x03', limit: 100 });
      assert.equal(found.length, 17);
      for (const { key, value: bytes } of found) {
        assert(Buffer.compare(bytes, key === '\x02large' ? large : value) === 0, key);
      }
    },
  },
  {
    name: 'commit: an empty one is a batch like any other',
    async run(world) {
      const holder = await openAndHold(world);
      await commitDurably(holder, []);
      await commitDurably(holder, [put('\x02a', '1')]);
      assert.deepEqual(await textsOf(holder, ['\x02a']), ['1']);
    },
  },
  {
    name: 'values: below their prefix they are what was put, for the next holder too, and then gone',
    async run(world) {
      const holder = await openAndHold(world);
      const values = [0, 1, 4_096, 300_000].map((length) => Buffer.alloc(length, length % 251));
      const changes = values.map((value, index): Change => ({ key: `\x03${index}`, value }));
      const keys = changes.map(({ key }) => key);
      const passing = [put('\x03passing', 'x'), remove('\x03passing')];
      await commitDurably(holder, [...changes, put('\x02a', '1'), ...passing]);
      await commitDurably(holder, [put('\x03late', 'late'), remove('\x030')]);
      const asked = [...keys.toReversed(), '\x02a', '\x03passing', '\x03late', '\x03none'];
      const [none, ...rest] = values;
      assert(none?.length === 0);
      const expected = [...rest.toReversed(), undefined, Buffer.from('1'), undefined];
      const next = await openAndHold(world, 'b');
      const found = await next.getMany(asked);
      assert.deepEqual(
        found.map((bytes) => bytes && Buffer.from(bytes)),
        [...expected, Buffer.from('late'), undefined],
      );
      await commitDurably(next, [remove('\x032'), put('\x034', 'of another epoch')]);
      const last = await openAndHold(world, 'c');
      assert.deepEqual(await textsOf(last, ['\x032', '\x034', '\x031']), [
        undefined,
        'of another epoch',
        '\x01',
      ]);
    },
  },
  {
    name: "the stable area's own keys are refused from above",
    async run(world) {
      const holder = await openAndHold(world);
      assert.throws(() => holder.commit([put('\x00a', '1')]), { name: 'AssertionError' });
      assert.throws(() => holder.commit([put('', '1')]), { name: 'AssertionError' });
      const range = { from: '\x00', to: '\x03', limit: 9 };
      await assert.rejects(holder.range(range), { name: 'AssertionError' });
      assert.deepEqual(await holder.range({ from: '\x01', to: '\xff', limit: 9 }), []);
    },
  },
  {
    name: 'close: what was committed is durable, then everything is refused',
    async run(world) {
      const holder = await openAndHold(world);
      const batch = holder.commit([put('\x02a', '1')]);
      await holder.close();
      assert.deepEqual(holder.loss, { kind: 'closed' });
      assert(holder.durableBatch >= batch);
      assert(holder.commit([put('\x02b', '1')]) > holder.durableBatch);
      assert.equal(await holder.confirm(), 'fenced');
      await rejectsWith('STABLE_AREA_LOST', holder.getMany(['\x02a']));
      await rejectsWith('STABLE_AREA_LOST', holder.range({ from: '\x02', to: '\x03', limit: 1 }));
      await holder.close();
      assert.deepEqual(await textsOf(await openAndHold(world, 'b'), ['\x02a', '\x02b']), [
        '1',
        undefined,
      ]);
    },
  },
  {
    name: 'space: total, free and available bytes are told',
    async run(world) {
      const { space, admitsGrowth } = await openAndHold(world);
      assert(space.totalBytes >= space.freeBytes && space.freeBytes >= space.availableBytes);
      assert(space.availableBytes > 0);
      assert.equal(typeof admitsGrowth, 'boolean');
    },
  },
];
