import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { memoryFs } from '../../client/testing/memory-fs.ts';
import { archiveLocal, packTree, unpackTree } from './archive.ts';

const folder = mkdtempSync(join(tmpdir(), 'fuga-archive-test-'));
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('a tree that tar packed is unpacked, and tar can read what is packed of it', async () => {
  const files = {
    empty: '',
    'deep/er/whole-block': 'x'.repeat(512),
    [`deep/${'n'.repeat(99)}`]: 'text',
  };
  mkdirSync(join(folder, 'deep/er'), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const { fs } = memoryFs();
  await unpackTree(archiveLocal(folder), fs, '/unpacked');
  const found = await fs.readdir('/unpacked', { recursive: true, withFileTypes: true });
  const paths = found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(paths.map((path) => fs.readFile(path, 'utf8')));
  const unpacked = paths.map((path, index) => [path.slice('/unpacked/'.length), texts[index]]);
  expect(Object.fromEntries(unpacked)).toEqual(files);
  await packTree(fs, '/unpacked');
});
