import { beforeEach, describe, expect, test } from 'vitest';
import { extentsPerMapMax, joinedExtentBytesMax, spanBytes } from '../limits.ts';
import { blobs, extentMaps, largeBlobs } from '../records/content-records.ts';
import { auditVolume } from '../testing/audit.ts';
import { FileUnderTest } from '../testing/file-under-test.ts';

let file: FileUnderTest;

beforeEach(() => {
  file = new FileUnderTest();
});

function map(): { starts: number[]; lengths: number[]; storedBytes: number } {
  const { stored } = file.volume.records;
  const [bytes] = [...stored].filter(([key]) => key.startsWith(extentMaps.prefix));
  const { extents } = extentMaps.decode(bytes?.[1] ?? Buffer.alloc(0), '');
  const blobLengths = [blobs, largeBlobs].flatMap((table) =>
    [...stored]
      .filter(([key]) => key.startsWith(table.prefix))
      .map(([, blob]) => table.decode(blob, '').data.length),
  );
  return {
    starts: extents.map(({ start }) => start),
    lengths: extents.map(({ length }) => length),
    storedBytes: blobLengths.reduce((sum, length) => sum + length, 0),
  };
}

const write = (offset: number, length: number) => {
  file.do({ kind: 'write', offset, data: Buffer.alloc(length, (offset % 250) + 1) });
};

describe('extents of one span', () => {
  test('appending a few bytes at a time makes few extents', () => {
    for (let offset = 0; offset < spanBytes; offset += 500)
      write(offset, Math.min(500, spanBytes - offset));
    expect(map().lengths.every((length) => length <= joinedExtentBytesMax)).toBe(true);
    expect(map().starts.length).toBeLessThanOrEqual(spanBytes / joinedExtentBytesMax + 1);
    file.compare(0, spanBytes);
  });

  test('writing backwards too', () => {
    for (let offset = 10_000; offset >= 0; offset -= 100) write(offset, 100);
    expect(map().starts.length).toBeLessThan(5);
    file.compare(0, 20_000);
  });

  test('a byte between two small extents makes them one', () => {
    write(0, 10);
    write(11, 10);
    expect(map().starts).toEqual([0, 11]);
    write(10, 1);
    expect(map()).toEqual({ starts: [0], lengths: [21], storedBytes: 21 });
  });

  test('large writes stay as they are', () => {
    for (let offset = 0; offset < spanBytes; offset += 8192) write(offset, 8192);
    expect(map().lengths).toEqual(new Array(16).fill(8192));
  });

  test('what is covered in whole is removed, in part is trimmed', () => {
    write(8192, 8192);
    write(8192, 8192);
    expect(map()).toEqual({ starts: [8192], lengths: [8192], storedBytes: 8192 });
    write(12_000, 5000);
    expect(map()).toEqual({
      starts: [8192, 12_000],
      lengths: [3808, 5000],
      storedBytes: 8192 + 5000,
    });
    file.compare(0, 20_000);
  });

  test('a map has no more extents than stated: small holes between them are filled', () => {
    for (let index = 0; index <= extentsPerMapMax; index += 1) {
      const before = file.inode.usedBytes;
      write(index * 2000, 1);
      if (index < extentsPerMapMax) expect(file.inode.usedBytes).toBe(before + 1);
    }
    expect(map()).toMatchObject({ starts: [0], lengths: [extentsPerMapMax * 2000 + 1] });
    expect(file.inode.usedBytes).toBe(extentsPerMapMax * 2000 + 1);
    file.compare(0, spanBytes);
    auditVolume(file.volume.records);
  });

  test('large holes stay', () => {
    write(0, 1);
    write(100_000, 1);
    for (let index = 0; index <= extentsPerMapMax; index += 1) write(10_000 + index * 30, 1);
    expect(map().starts[0]).toBe(0);
    expect(map().starts.at(-1)).toBe(100_000);
    expect(map().starts.length).toBeLessThan(40);
    file.compare(0, spanBytes);
  });

  test('what is stored stays within five quarters of the content and a little', () => {
    write(0, spanBytes);
    let copied = 0;
    for (let round = 0; round < 200; round += 1) {
      const before = map().storedBytes;
      write((round * 37 * 512) % (spanBytes - 4096), 5000);
      expect(map().storedBytes).toBeLessThanOrEqual(1.25 * spanBytes + 16 * 1024);
      if (map().storedBytes < before) copied += 1;
    }
    expect(copied).toBeLessThan(100);
    file.compare(0, spanBytes);
    auditVolume(file.volume.records);
  });

  test('what is overwritten in pieces comes to lie in pieces, and nothing is copied any more', () => {
    write(0, spanBytes);
    for (let round = 0; round < 64; round += 1) write(((round * 13) % 32) * 4096, 4096);
    expect(map().lengths).toEqual(new Array(32).fill(4096));
    expect(map().storedBytes).toBe(spanBytes);
    file.compare(0, spanBytes);
  });

  test('a long file cut to a few bytes keeps no more than a little', () => {
    write(0, 100_000);
    file.do({ kind: 'truncate', size: 10 });
    expect(map()).toEqual({ starts: [0], lengths: [10], storedBytes: 10 });
    file.compare(0, 100);
  });

  test('a blob that is not the one that the map names is damage, and is said', () => {
    write(0, 10);
    const { stored } = file.volume.records;
    const [key] = [...stored.keys()].filter((name) => name.startsWith(blobs.prefix));
    const other = new FileUnderTest();
    other.do({ kind: 'write', offset: 0, data: Buffer.alloc(10, 99) });
    stored.set(key ?? '', other.volume.records.stored.get(key ?? '') ?? Buffer.alloc(0));
    expect(() => {
      file.compare(0, 10);
    }).toThrow(expect.objectContaining({ code: 'STABLE_AREA_CORRUPT' }));
    stored.delete(key ?? '');
    expect(() => {
      file.compare(0, 10);
    }).toThrow(expect.objectContaining({ code: 'STABLE_AREA_CORRUPT' }));
  });
});
