import { expect, test } from 'vitest';
import { RecordCache } from './cache.ts';
import type { Table } from './record-store.ts';

const contents: Table<Buffer> = {
  prefix: '\x03',
  isTransient: true,
  encode: (value) => value,
  decode: (bytes) => Buffer.from(bytes),
};

test('an entry that has left holds its value no more: whatever still holds the entry does not keep the bytes', () => {
  const cache = new RecordCache(1_000);
  const entries = ['dropped', 'evicted'].map((key) => {
    const entry = cache.obtain(contents, key);
    cache.set(entry, Buffer.alloc(600), 1, 600);
    return entry;
  });
  const [dropped] = entries;
  if (dropped === undefined) throw new Error('there are two');
  cache.dropIfUnused(dropped, 1);
  cache.evict(1);
  expect(cache.entries).toBe(1);
  cache.obtain(contents, 'next').pins = 1;
  cache.set(cache.obtain(contents, 'next'), Buffer.alloc(900), 2, 900);
  cache.evict(1);
  expect(entries.map(({ known, value }) => [known, value])).toEqual([
    [false, undefined],
    [false, undefined],
  ]);
});
