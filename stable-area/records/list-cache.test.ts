import { test as property, fc } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { ListCache, type ListLoad } from './list-cache.ts';
import type { Table, TableRecord } from './record-store.ts';

const lines: Table<number> = {
  prefix: '\x02l',
  encode: (value) => Buffer.of(value),
  decode: (bytes) => bytes[0] ?? 0,
  rangesOnly: true,
  listKeyBytes: 1,
};

const letters = 'abcdefghij'.split('');
const keyOf = (list: number, letter: number): string => `${list}${letters[letter] ?? ''}`;
const step = fc.oneof(
  fc.record({ kind: fc.constantFrom('put', 'delete'), list: fc.nat(2), letter: fc.nat(9) }),
  fc.record({ kind: fc.constant('read'), list: fc.nat(2), letter: fc.nat(9), limit: fc.nat(12) }),
  fc.record({ kind: fc.constant('finish'), load: fc.nat(3) }),
);

/** What is there, and its durable picture as a load finds it: all of it or a bit older, as of any moment since it began. */
class Model {
  readonly now = new Map<string, number>();

  range(from: string, to: string, limit: number): TableRecord<number>[] {
    const keys = [...this.now.keys()].filter((key) => key >= from && key < to).sort();
    return keys.slice(0, limit).map((key) => ({ key, value: this.now.get(key) ?? 0 }));
  }
}

property.prop([fc.array(step, { maxLength: 150 }), fc.constantFrom(0, 2_000, 1_000_000)])(
  'what is found of a range is what is there, however loads and changes come in between',
  (steps, bytesMax) => {
    const cache = new ListCache(bytesMax, 2);
    const model = new Model();
    const loads: { load: ListLoad; found: TableRecord<number>[] }[] = [];
    steps.forEach((made, index) => {
      if ('load' in made) {
        const [ended] = loads.splice(made.load, 1);
        if (ended === undefined) return;
        const { load, found } = ended;
        cache.install(load, found, found.length, found.length < cache.loadedRecordsMax);
      } else if ('limit' in made) {
        const range = { from: keyOf(made.list, made.letter), to: `${made.list}~` };
        const answer = cache.find(lines, { ...range, limit: made.limit });
        if ('gap' in answer) {
          const load = cache.begin(answer.gap);
          const found = model.range(load.from, load.to, cache.loadedRecordsMax);
          loads.push({ load, found });
        } else {
          expect(answer.records).toEqual(model.range(range.from, range.to, made.limit));
        }
      } else {
        const key = keyOf(made.list, made.letter);
        if (made.kind === 'put') model.now.set(key, index);
        else model.now.delete(key);
        cache.change(lines, key, model.now.get(key), 1, index);
      }
    });
  },
);

test('a page that grows beyond its size while it is loaded has every change of that time', () => {
  const cache = new ListCache(1_000_000, 2);
  const load = cache.begin({ table: lines, from: '1', to: '1~' });
  const old = { key: '1j', value: 0 };
  letters.forEach((letter, index) => {
    cache.change(lines, `1${letter}`, letter === 'j' ? undefined : index, 1, index + 1);
  });
  cache.install(load, [old], 1, true);
  expect(cache.find(lines, { from: '1', to: '1~', limit: 99 })).toEqual({
    records: letters.slice(0, -1).map((letter, value) => ({ key: `1${letter}`, value })),
    batch: letters.length,
  });
});

test('a range depends on the newest change of its list, and on none of another', () => {
  const cache = new ListCache(1_000_000);
  for (const list of ['1', '2']) {
    const range = { from: list, to: `${list}~`, limit: 9 };
    const missing = cache.find(lines, range);
    if (!('gap' in missing)) throw new Error('nothing is in memory at first');
    cache.install(cache.begin(missing.gap), [], 0, true);
  }
  cache.change(lines, '1a', 5, 1, 7);
  cache.change(lines, '2a', 5, 1, 8);
  expect(cache.find(lines, { from: '1', to: '1~', limit: 9 })).toEqual({
    records: [{ key: '1a', value: 5 }],
    batch: 7,
  });
});

test('pages that were used longest ago give way, and what is counted for them goes with them', () => {
  const cache = new ListCache(20_000);
  for (let list = 0; list < 100; list += 1) {
    const from = String.fromCharCode(list);
    const load = cache.begin({ table: lines, from, to: `${from}~` });
    const records = letters.map((letter) => ({ key: from + letter, value: 1 }));
    cache.install(load, records, records.length, true);
  }
  expect(cache.sizeBytes).toBeLessThanOrEqual(20_000);
  const first = { from: '\x00', to: '\x00~', limit: 1 };
  expect(cache.find(lines, first)).toEqual({ gap: { table: lines, from: '\x00', to: '\x00~' } });
  const last = { from: '\x63', to: '\x63~', limit: 1 };
  expect(cache.find(lines, last)).toMatchObject({ records: [{ key: '\x63a' }] });
});
