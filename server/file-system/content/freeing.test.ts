import { beforeEach, describe, expect, test } from 'vitest';
import { changesPerCallMax, freeingChangesGoal, indexFanout, spanBytes } from '../limits.ts';
import { removeFile } from '../operations/remove.ts';
import { volumeSpace } from '../operations/volume-space.ts';
import { rootIno } from '../records/inode.ts';
import { blobPrefix, indexPrefix, mapPrefix } from '../records/keys.ts';
import { auditVolume } from '../testing/audit.ts';
import { FileUnderTest } from '../testing/file-under-test.ts';

let file: FileUnderTest;

beforeEach(() => {
  file = new FileUnderTest();
});

const usedBytes = () =>
  file.volume.run(
    (context) => volumeSpace(context, { totalBytes: 0, freeBytes: 0, availableBytes: 0 }).usedBytes,
  );

const remove = () =>
  file.volume.run((context) => removeFile(context, { directory: rootIno, name: 'f' }));

/** A byte in each of the first `count` spans. */
function fill(count: number): void {
  for (let span = 0; span < count; span += 1) {
    file.do({ kind: 'write', offset: span * spanBytes, data: Buffer.from([span % 255]) });
  }
}

/** What is stored of content: index nodes, maps and blobs. */
const contentRecords = () =>
  [...file.volume.records.stored.keys()].filter((key) =>
    [indexPrefix, mapPrefix, blobPrefix].some((prefix) => key.startsWith(prefix)),
  ).length;

describe('freeing', () => {
  test('a few spans are freed by the call that removes them', () => {
    fill(8);
    expect(remove().status).toBe('ok');
    expect([contentRecords(), usedBytes(), file.volume.freeStep()]).toEqual([0, 0, false]);
  });

  test('many are out of reach at once and freed in small steps', () => {
    fill(300);
    expect(remove().status).toBe('ok');
    expect(file.volume.records.changes).toBeLessThan(10);
    expect(usedBytes()).toBe(0);
    auditVolume(file.volume.records);
    let steps = 0;
    for (; file.volume.freeStep(); steps += 1) {
      expect(file.volume.records.changes).toBeLessThan(2 * freeingChangesGoal);
      auditVolume(file.volume.records);
    }
    expect(steps).toBeGreaterThan(1);
    expect(contentRecords()).toBe(0);
  });

  test('what was cut off reads as zeros when the file grows before it is freed', () => {
    fill(40);
    file.do({ kind: 'truncate', size: 5 * spanBytes + 100 });
    expect(contentRecords()).toBeGreaterThan(40);
    file.do({ kind: 'truncate', size: 40 * spanBytes });
    for (let span = 0; span < 40; span += 1) file.compare(span * spanBytes, 10);
  });

  test('what is written where something waits to be freed stays', () => {
    fill(40);
    file.do({ kind: 'truncate', size: spanBytes });
    fill(40);
    file.do({ kind: 'truncate', size: 2 * spanBytes });
    fill(30);
    file.volume.freeAll();
    for (let span = 0; span < 40; span += 1) file.compare(span * spanBytes, 10);
    auditVolume(file.volume.records);
  });

  test('used bytes shrink as cut-off content is freed, each byte once', () => {
    fill(40);
    file.do({ kind: 'truncate', size: 10 * spanBytes });
    // How much was cut off shows only then.
    expect([file.inode.usedBytes, usedBytes()]).toEqual([40, 40]);
    file.volume.freeAll();
    expect([file.inode.usedBytes, usedBytes()]).toEqual([10, 10]);
  });

  test('content dropped while some of it waits to be freed counts once', () => {
    fill(40);
    file.do({ kind: 'truncate', size: 10 * spanBytes });
    file.do({ kind: 'truncate', size: 0 });
    expect([file.inode.usedBytes, usedBytes()]).toEqual([0, 0]);
    fill(20);
    file.volume.freeAll();
    expect([file.inode.usedBytes, usedBytes()]).toEqual([20, 20]);
    auditVolume(file.volume.records);
  });

  test('a file removed while some of its content waits to be freed counts once', () => {
    fill(40);
    file.do({ kind: 'truncate', size: 10 * spanBytes });
    expect(remove().status).toBe('ok');
    expect(usedBytes()).toBe(0);
    file.volume.freeAll();
    expect([usedBytes(), contentRecords()]).toEqual([0, 0]);
  });

  test('freeing changes nothing that a client sees but the space', () => {
    fill(40);
    file.do({ kind: 'truncate', size: 10 * spanBytes });
    const before = file.inode;
    file.volume.freeAll();
    expect(file.inode).toEqual({ ...before, usedBytes: 10 });
  });

  test('a sparse file of many terabytes costs what it holds, to free too', () => {
    const spans = [0, indexFanout, indexFanout ** 2, indexFanout ** 3, indexFanout ** 4 - 1];
    for (const span of spans) {
      file.do({ kind: 'write', offset: span * spanBytes + 5, data: Buffer.from('data') });
      file.compare(span * spanBytes, 20);
    }
    expect(file.inode.content.depth).toBe(4);
    expect(contentRecords()).toBeLessThan(30);
    file.do({ kind: 'truncate', size: 3 });
    expect(file.inode.content).toMatchObject({ depth: 0, root: 0 });
    let steps = 0;
    while (file.volume.freeStep()) steps += 1;
    expect(steps).toBeLessThan(3);
    expect(contentRecords()).toBe(0);
  });

  test('no call changes more records than stated', () => {
    // The worst WRITE: over nine spans, each of which has as many small pieces as a map takes.
    for (let span = 0; span < 9; span += 1) {
      for (let piece = 0; piece < 64; piece += 1) {
        const offset = span * spanBytes + piece * 2048;
        file.do({ kind: 'write', offset, data: Buffer.from([piece]) });
      }
    }
    file.do({ kind: 'write', offset: 2000, data: Buffer.alloc(1024 * 1024, 1) });
    expect(file.volume.records.changes).toBeGreaterThan(500);
    expect(file.volume.records.changes).toBeLessThanOrEqual(changesPerCallMax);
    expect(file.volume.records.executions).toBeLessThan(30);
    file.compare(0, 1024 * 1024);
    file.compare(8 * spanBytes, spanBytes);
    auditVolume(file.volume.records);
  });
});
