import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { writeLevelLog } from '../testing/leveldb-log-writer.ts';
import { readManifest } from './manifest.ts';
import { decodeVersionEdit } from './version-edit.ts';

const damaged = expect.objectContaining({ code: 'STABLE_AREA_CORRUPT' }) as Error;

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
}

const slice = (text: string): number[] => [...varint(text.length), ...Buffer.from(text)];
const comparator = (name = 'leveldb.BytewiseComparator'): number[] => [1, ...slice(name)];
const numbers = (log: number, next: number, last: number): number[] => [
  ...[2, ...varint(log)],
  ...[3, ...varint(next)],
  ...[4, ...varint(last)],
];
const deleted = (level: number, number: number): number[] => [6, level, ...varint(number)];
const added = (level: number, number: number): number[] => [
  ...[7, level, ...varint(number), ...varint(1_000)],
  ...slice('a'),
  ...slice('z'),
];
const manifestOf = (...edits: number[][]): Buffer =>
  writeLevelLog(edits.map((edit) => Uint8Array.from(edit)));

test('version edit: every field', () => {
  const bytes = [
    ...comparator(),
    ...numbers(300, 2 ** 40, 5),
    ...[9, 7],
    ...[5, 2, ...slice('pointer')],
    ...deleted(1, 200),
    ...added(3, 400),
  ];
  expect(decodeVersionEdit(Uint8Array.from(bytes))).toEqual({
    comparator: 'leveldb.BytewiseComparator',
    logNumber: 300,
    nextFileNumber: 2 ** 40,
    lastSequence: 5,
    previousLogNumber: 7,
    deletedTables: [{ level: 1, number: 200 }],
    newTables: [{ level: 3, number: 400, sizeBytes: 1_000 }],
  });
});

test('version edit: cut off, unknown tags, levels that LevelDB has not', () => {
  const whole = Uint8Array.from([...numbers(300, 400, 5), ...added(6, 300)]);
  const cuts = Array.from(whole, (_, length) => decodeVersionEdit(whole.subarray(0, length)));
  // Whole fields are a whole edit; everything else is refused.
  expect(cuts.filter((edit) => edit !== undefined)).toHaveLength(4);
  expect(decodeVersionEdit(Uint8Array.of(8, 1))).toBeUndefined();
  expect(decodeVersionEdit(Uint8Array.from(added(7, 1)))).toBeUndefined();
  expect(decodeVersionEdit(new Uint8Array(20).fill(0xff))).toBeUndefined();
});

test.prop([fc.uint8Array({ maxLength: 60 })])('version edit: random bytes never throw', (bytes) => {
  expect(() => decodeVersionEdit(bytes)).not.toThrow();
});

test('manifest: edits in order; a table that moved stays, one that was deleted goes', () => {
  const bytes = manifestOf(
    [...comparator(), ...numbers(0, 2, 0)],
    [...numbers(5, 9, 20), ...added(0, 4), ...added(0, 6), ...added(0, 7)],
    [...numbers(8, 12, 40), ...deleted(0, 4), ...added(1, 4), ...deleted(0, 6)],
  );
  expect(readManifest(bytes)).toEqual({
    tables: new Set([7, 4]),
    logNumber: 8,
    previousLogNumber: 0,
    nextFileNumber: 12,
    lastSequence: 40,
  });
  // The last edit is still being written: it is as if it were not there.
  expect(readManifest(bytes.subarray(0, bytes.length - 1)).tables).toEqual(new Set([4, 6, 7]));
});

test('manifest: what LevelDB would refuse, and a table with a number not yet given, is damaged', () => {
  const sound = [...comparator(), ...numbers(5, 9, 20)];
  expect(readManifest(manifestOf(sound)).tables.size).toBe(0);
  expect(() => readManifest(manifestOf())).toThrow(damaged);
  expect(() => readManifest(manifestOf(comparator()))).toThrow(damaged);
  expect(() => readManifest(manifestOf(sound, comparator('another')))).toThrow(damaged);
  expect(() => readManifest(manifestOf(sound, [8]))).toThrow(damaged);
  expect(() => readManifest(manifestOf([...sound, ...added(0, 9)]))).toThrow(damaged);
  const flipped = manifestOf(sound);
  flipped[10] = 0xff;
  expect(() => readManifest(flipped)).toThrow(damaged);
});
