import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { type ArchiveEntry, blocksOf, readEntries } from './ustar.ts';

test('files of an archive come back, wherever the stream is cut', async () => {
  const long = `${'folder/'.repeat(20)}${'n'.repeat(99)}`;
  const files = [
    { name: 'empty', isDirectory: false, data: Buffer.alloc(0) },
    { name: 'whole-block', isDirectory: false, data: Buffer.alloc(512, 1) },
    { name: long, isDirectory: false, data: Buffer.from('text') },
  ];
  const archive = Buffer.concat([
    ...files.flatMap(({ name, data }) => blocksOf(name, data)),
    Buffer.alloc(1_024),
  ]);
  for (const cut of [1, 300, 512, 1_000]) {
    const pieces = Readable.from([archive.subarray(0, cut), archive.subarray(cut)]);
    const found: ArchiveEntry[] = [];
    for await (const entry of readEntries(pieces)) found.push(entry);
    expect(found).toEqual(files);
  }
});
