import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import type { Table } from '../../../stable-area/records/record-store.ts';
import { StableAreaError } from '../../../stable-area/stable-area.ts';
import { hostMounts, mountCounts } from '../../mount/mount-records.ts';
import { blobs, extentMaps, indexNodes, makeBlob } from './content-records.ts';
import { cookieEntries, entries } from './entry-records.ts';
import { freeRecords } from './free-records.ts';
import type { Inode } from './inode.ts';
import { inodes } from './inode-records.ts';
import { blobKey, cookieKey, cookieOfKey, cookieRange, entryKey, numberKey } from './keys.ts';
import { identities, states } from './volume-records.ts';

const number = fc.nat(Number.MAX_SAFE_INTEGER);
const word = fc.nat(0xffff_ffff);
const time = fc.record({
  seconds: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
  nanoseconds: fc.nat(999_999_999),
});
const positive = number.filter((value) => value > 0);
const common = {
  ino: positive,
  mode: fc.nat(0o7777),
  uid: word,
  gid: word,
  atime: time,
  mtime: time,
  ctime: time,
};
const nlink = word.filter((value) => value > 0);
const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((value) => Buffer.from(value));
const byteString = (maxLength: number) =>
  fc.uint8Array({ minLength: 1, maxLength }).map((value) => Buffer.from(value).toString('latin1'));

const anyInode: fc.Arbitrary<Inode> = fc.oneof(
  fc.record({
    type: fc.constant('regular' as const),
    ...common,
    nlink,
    size: fc.nat(2 ** 45),
    usedBytes: number,
    content: fc.record({ root: positive, depth: fc.nat(4) }),
    contentGeneration: word,
    createVerifier: fc.option(bytes(8), { nil: undefined }),
  }),
  fc.record({
    type: fc.constant('directory' as const),
    ...common,
    nlink: fc.constant(2),
    parent: positive,
    entryCount: number,
    nextCookie: number.filter((value) => value >= 3),
  }),
  fc.record({ type: fc.constant('symlink' as const), ...common, nlink, target: byteString(4095) }),
  fc.record({
    type: fc.constantFrom('character' as const, 'block' as const),
    ...common,
    nlink,
    device: fc.record({ major: word, minor: word }),
  }),
  fc.record({
    type: fc.constantFrom('fifo' as const, 'socket' as const),
    ...common,
    nlink,
    device: fc.constant({ major: 0, minor: 0 }),
  }),
);

const stored = { storedOffset: 2, storedLength: 100, crc32: 0xffff_ffff };
/** Under which every example may be: a cookie is part of its entry's key. */
const anyKey = cookieKey(3, 2 ** 40);
const examples: readonly [string, Table<never>, unknown][] = [
  row('entry', entries, { ino: 5, cookie: 2 ** 40 }),
  row('cookie entry', cookieEntries, { name: '\xff\x01', ino: 5, cookie: 2 ** 40 }),
  row('identity', identities, { handleSecret: Buffer.alloc(32, 3) }),
  row('state', states, {
    nextIno: 2 ** 50,
    nextContentId: 7,
    usedBytes: 1,
    usedInodes: 2,
    quota: { bytes: undefined, inodes: 9 },
    clockMicroseconds: 1_700_000_000_000_000,
    freeHead: 3,
    freeTail: 4,
  }),
  row('index node', indexNodes, {
    level: 2,
    children: new Array<number>(128)
      .fill(0)
      .with(0, 9)
      .with(127, 2 ** 40),
  }),
  row('extent map', extentMaps, {
    nextBlob: 3,
    extents: [
      { kind: 'small', start: 0, length: 98, ...stored, blob: 2 },
      { kind: 'large', start: 98, length: 1, ...stored, blob: 1 },
    ],
  }),
  row('extent map without large blobs', extentMaps, {
    nextBlob: 3,
    extents: [{ kind: 'small', start: 0, length: 98, ...stored, blob: 2 }],
  }),
  row('free record', freeRecords, {
    owner: { ino: 5, generation: 6 },
    subtrees: [{ id: 7, level: 2 }],
  }),
  row('free record without owner', freeRecords, {
    owner: undefined,
    subtrees: [{ id: 7, level: 0 }],
  }),
  row('mounts', hostMounts, { paths: ['/home', '/home/\xff'] }),
  row('mount count', mountCounts, { mounts: 12 }),
];

function row<V>(name: string, table: Table<V>, value: V): [string, Table<never>, unknown] {
  return [name, table as unknown as Table<never>, value];
}

property.prop([anyInode])('every inode comes back as it was', (inode) => {
  expect(inodes.decode(inodes.encode(inode), '')).toEqual(inode);
});

describe.each(examples)('%s', (_name, table, value) => {
  test('comes back as it was', () => {
    expect(table.decode(table.encode(value as never), anyKey)).toEqual(value);
  });

  test('in an unknown format is refused', () => {
    const record = Buffer.from(table.encode(value as never));
    record[0] = 3;
    expect(() => table.decode(record, anyKey)).toThrow(StableAreaError);
    expect(() => table.decode(record, anyKey)).toThrow(/format 3, this program reads 1/);
  });

  test('that is cut short or goes on is refused', () => {
    const record = Buffer.from(table.encode(value as never));
    const isOpenEnded = typeof (value as { name?: string }).name === 'string';
    if (isOpenEnded) return;
    expect(() => table.decode(record.subarray(0, -1), anyKey)).toThrow();
    expect(() => table.decode(Buffer.concat([record, Buffer.alloc(1)]), anyKey)).toThrow();
  });
});

describe('records that are not sound are neither written nor read', () => {
  const file = {
    type: 'regular',
    ino: 3,
    mode: 0o644,
    uid: 0,
    gid: 0,
    nlink: 1,
    atime: { seconds: 0, nanoseconds: 0 },
    mtime: { seconds: 0, nanoseconds: 0 },
    ctime: { seconds: 0, nanoseconds: 0 },
    size: 0,
    usedBytes: 0,
    content: { root: 0, depth: 0 },
    contentGeneration: 0,
    createVerifier: undefined,
  } as const;

  test.each([
    ['no link', { nlink: 0 }],
    ['a type in the mode', { mode: 0o100644 }],
    ['inode 0', { ino: 0 }],
    ['a size beyond the largest', { size: 2 ** 45 + 1 }],
    ['a negative size', { size: -1 }],
    ['depth without content', { content: { root: 0, depth: 1 } }],
    ['a verifier of another length', { createVerifier: Buffer.alloc(7) }],
  ])('an inode with %s', (_what, fields) => {
    expect(() => inodes.encode({ ...file, ...fields })).toThrow();
  });

  const extent = {
    kind: 'small',
    start: 0,
    length: 10,
    storedOffset: 0,
    storedLength: 10,
    crc32: 0,
    blob: 0,
  } as const;
  test.each([
    ['no extent', []],
    ['extents in the wrong order', [{ ...extent, start: 10 }, extent]],
    ['extents that overlap', [extent, { ...extent, start: 9 }]],
    ['an extent beyond its span', [{ ...extent, start: 131_072 }]],
    ['an extent beyond what is stored', [{ ...extent, storedOffset: 1 }]],
    ['a blob of the future', [{ ...extent, blob: 1 }]],
  ])('an extent map with %s', (_what, extents) => {
    expect(() => extentMaps.encode({ nextBlob: 1, extents })).toThrow();
  });
});

describe('blobs', () => {
  test('are one copy of their parts, and come back with their checksum', () => {
    const part = Buffer.from('abc');
    const blob = makeBlob([part, Buffer.from('def')]);
    part.fill(0);
    expect(blob.data.toString()).toBe('abcdef');
    const read = blobs.decode(blobs.encode(blob), '');
    expect([read.data.toString(), read.crc32]).toEqual(['abcdef', blob.crc32]);
  });

  test('that are damaged are refused', () => {
    const record = Buffer.from(makeBlob([Buffer.from('abcdef')]).record);
    record[8] = (record[8] ?? 0) ^ 1;
    expect(() => blobs.decode(record, '')).toThrow(
      expect.objectContaining({ code: 'STABLE_AREA_CORRUPT' }),
    );
  });
});

test('an extent map that names no large blob is what earlier programs read and wrote', () => {
  const stored = { storedOffset: 1, storedLength: 3, crc32: 4 };
  const extents = [{ kind: 'small', start: 5, length: 2, ...stored, blob: 6 }] as const;
  expect(extentMaps.encode({ nextBlob: 7, extents })).toEqual(
    Buffer.from('01000000070001000000050000000200000001000000030000000400' + '00000006', 'hex'),
  );
});

describe('keys', () => {
  property.prop([number, number])('are in the order of their numbers', (one, other) => {
    expect(numberKey(one) < numberKey(other)).toBe(one < other);
    expect(blobKey(1, one % 2 ** 32) < blobKey(1, other % 2 ** 32)).toBe(
      one % 2 ** 32 < other % 2 ** 32,
    );
  });

  property.prop([fc.nat(2 ** 50), fc.nat(2 ** 50)])(
    'of cookies lie in their range',
    (dir, cookie) => {
      const { from, to } = cookieRange(dir, cookie);
      const inRange = (key: string): boolean => key >= from && key < to;
      expect(inRange(cookieKey(dir, cookie))).toBe(false);
      expect(inRange(cookieKey(dir, cookie + 1))).toBe(true);
      expect(inRange(cookieKey(dir, Number.MAX_SAFE_INTEGER))).toBe(true);
      expect(inRange(cookieKey(dir + 1, cookie + 5))).toBe(false);
      expect(cookieOfKey(cookieKey(dir, cookie))).toBe(cookie);
    },
  );

  test('of entries hold any name, within the area’s limit', () => {
    const name = '\xff'.repeat(255);
    expect(entryKey(3, name).endsWith(name)).toBe(true);
    expect(`\x02n${entryKey(3, name)}`.length).toBeLessThan(1024);
  });
});
