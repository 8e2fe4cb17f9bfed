import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockDataFolder, makeDataFolder } from './data-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fuga-data-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('a data folder is made with all that leads to it, for its owner alone, once', () => {
  const data = join(folder, 'a/b');
  expect([makeDataFolder(data), makeDataFolder(data)]).toEqual([data, data]);
  expect(statSync(data).mode & 0o777).toBe(0o700);
});

test('what cannot be a data folder is told with the reason', () => {
  writeFileSync(join(folder, 'file'), '');
  for (const name of ['file', 'file/below']) {
    const data = join(folder, name);
    expect(() => makeDataFolder(data)).toThrow(
      `${data} cannot be made a data folder: there is a file in its place`,
    );
  }
});

test('a folder that the system refuses to make is told at once', () => {
  expect(() => makeDataFolder('/proc/none')).toThrow('/proc/none cannot be made a data folder: ');
});

test('one folder, one `fuga up`', () => {
  const lock = lockDataFolder(folder, 'data');
  expect(() => lockDataFolder(folder, 'data')).toThrow(
    `data is in use by another \`fuga up\` (pid ${process.pid})`,
  );
  lock.release();
  lockDataFolder(folder, 'data').release();
});
