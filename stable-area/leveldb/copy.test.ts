import { appendFile, readdir, readFile, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Level } from 'level';
import { expect, test, vi } from 'vitest';
import { nodeFolder } from '../../environment/adapters/node-folder.ts';
import type { Folder } from '../../environment/folder.ts';
import { writeLevelLog } from '../testing/leveldb-log-writer.ts';
import { encodeVersionEdit } from '../testing/leveldb-version-edit.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { copiedBytes, copyLevelDirectory } from './copy.ts';
import { manifestNameIn } from './file-names.ts';
import { createLevelEngineFactory } from './level-engine-adapter.ts';
import { readManifest } from './manifest.ts';

const damaged = expect.objectContaining({ code: 'STABLE_AREA_CORRUPT' }) as Error;
const smallest = { writeBufferSize: 65_536, compression: false };

type Database = Level;

/** A database with a history: tables, compactions, a log. */
async function databaseWithHistory(batches = 300) {
  const root = await temporaryDirectory();
  const from = join(root, 'from');
  const database: Database = new Level(from, smallest);
  const expected = new Map<string, string>();
  await write(database, expected, batches);
  await nodeFolder.makeFolder(join(root, 'to'));
  return { root, from, to: join(root, 'to'), database, expected };
}

async function write(database: Database, expected: Map<string, string>, batches: number) {
  const first = expected.size;
  for (let batch = 0; batch < batches; batch += 1) {
    const operations = Array.from({ length: 8 }, (_, index) => {
      const key = `k${(batch * 31 + index * 17) % 500}`;
      const value = `${first}-${batch}-${index}`.repeat(20);
      expected.set(key, value);
      return { type: 'put' as const, key, value };
    });
    await database.batch(operations, { sync: false });
  }
  await database.batch([{ type: 'put', key: 'last', value: 'synced' }], { sync: true });
  expected.set('last', 'synced');
}

async function contentOf(directory: string): Promise<Map<string, string>> {
  const database: Database = new Level(directory, { ...smallest, createIfMissing: false });
  await database.open();
  const entries = await database.iterator().all();
  await database.close();
  return new Map(entries);
}

const sorted = (map: ReadonlyMap<string, string>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

async function manifestOf(directory: string) {
  const name = manifestNameIn(await readFile(join(directory, 'CURRENT'))) ?? '';
  return { name, manifest: readManifest(await readFile(join(directory, name))) };
}

test('copy: an open database, copied, holds everything; tables are shared, the rest is not', async () => {
  const { from, to, database, expected } = await databaseWithHistory();
  expect(await copyLevelDirectory(nodeFolder, from, to)).toBe(true);
  const { manifest } = await manifestOf(to);
  expect(manifest.tables.size).toBeGreaterThan(0);
  const names = await readdir(to);
  expect(names.filter((name) => name.endsWith('.ldb')).length).toBe(manifest.tables.size);
  for (const name of names) {
    const [mine, its] = await Promise.all(
      [to, from].map((folder) => nodeFolder.status(join(folder, name))),
    );
    // The owner may have compacted a table away since.
    if (name.endsWith('.ldb') && its === undefined) continue;
    expect(mine?.inode === its?.inode, name).toBe(name.endsWith('.ldb'));
  }
  expect(await copiedBytes(nodeFolder, from)).toBeGreaterThan(0);
  // The owner goes on, and changes nothing of what was copied.
  await write(database, new Map(), 300);
  expect(sorted(await contentOf(to))).toEqual(sorted(expected));
  await database.close();
});

test("manifest: the live tables are those that LevelDB itself names, after each step of a database's life", async () => {
  const { from, database, expected } = await databaseWithHistory(50);
  let withTables = 0;
  for (let step = 0; step < 12; step += 1) {
    await write(database, expected, 40);
    // LevelDB writes a change of tables to its MANIFEST first and takes it over afterwards: between two compactions they agree.
    let before: number[] = [];
    let named: number[] = [];
    for (let look = 0; look < 200; look += 1) {
      before = tablesIn(database);
      named = [...(await manifestOf(from)).manifest.tables].sort((a, b) => a - b);
      if (named.join() === before.join()) break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(named).toEqual(before);
    if (before.length > 1) withTables += 1;
  }
  await database.close();
  expect(withTables).toBeGreaterThan(0);
});

/** Numbers from LevelDB's own description of its tables: lines like ` 12:65536['a' .. 'z']`. */
function tablesIn(database: Database): number[] {
  const classic = database as unknown as { getProperty(name: string): string };
  const lines = classic.getProperty('leveldb.sstables').split('\n');
  const numbers = lines.map((line) => /^ (\d+):\d+\[/.exec(line)?.[1]);
  return numbers
    .flatMap((number) => (number === undefined ? [] : [Number(number)]))
    .sort((a, b) => a - b);
}

/** Does something once, after the n-th operation on a path that matches. */
function folderWith(
  operation: 'readFile' | 'list',
  pattern: RegExp,
  act: () => Promise<void>,
): Folder {
  let isDone = false;
  const then = async (path: string): Promise<void> => {
    if (isDone || !pattern.test(path)) return;
    isDone = true;
    await act();
  };
  return {
    ...nodeFolder,
    async readFile(path) {
      const bytes = await nodeFolder.readFile(path);
      if (operation === 'readFile') await then(path);
      return bytes;
    },
    async list(path) {
      const names = await nodeFolder.list(path);
      if (operation === 'list') await then(path);
      return names;
    },
  };
}

test.each([
  ['readFile', /CURRENT$/],
  ['readFile', /MANIFEST-\d+$/],
  ['list', /from$/],
  ['readFile', /\.log$/],
] as const)(
  'copy: the owner opens its directory anew after a %s of %s: begin again, or all is there',
  async (operation, pattern) => {
    const { from, to, database, expected } = await databaseWithHistory();
    await database.close();
    const folder = folderWith(operation, pattern, async () => {
      // Replays the logs into tables, writes a new MANIFEST, removes the old one and the logs.
      const again: Database = new Level(from, smallest);
      await again.open();
      await again.close();
    });
    expect(await copyLevelDirectory(folder, from, to)).toBe(false);
    await nodeFolder.removeTree(to);
    await nodeFolder.makeFolder(to);
    expect(await copyLevelDirectory(folder, from, to)).toBe(true);
    expect(sorted(await contentOf(to))).toEqual(sorted(expected));
  },
);

test.each([
  ['readFile', /MANIFEST-\d+$/],
  ['list', /from$/],
  ['readFile', /\.log$/],
] as const)(
  'copy: the owner writes and compacts after a %s of %s: begin again, or one state of it',
  async (operation, pattern) => {
    const { from, to, database, expected } = await databaseWithHistory();
    const before = new Map(expected);
    const folder = folderWith(operation, pattern, () => write(database, expected, 200));
    if (await copyLevelDirectory(folder, from, to)) {
      const found = await contentOf(to);
      const isBefore = JSON.stringify(sorted(found)) === JSON.stringify(sorted(before));
      // Of what was written meanwhile a part may be there, but nothing older than what was synced before.
      if (!isBefore) for (const key of before.keys()) expect(found.has(key)).toBe(true);
    }
    await database.close();
  },
);

test('copy: a log that lost its middle is damage; one that lost its end is not', async () => {
  const { from, to, database } = await databaseWithHistory(40);
  await write(database, new Map(), 3);
  await database.close();
  const log = (await readdir(from)).find((name) => name.endsWith('.log')) ?? '';
  const bytes = await readFile(join(from, log));
  expect(bytes.length).toBeGreaterThan(1_000);
  await truncate(join(from, log), bytes.length - 5);
  expect(await copyLevelDirectory(nodeFolder, from, to)).toBe(true);
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  await writeFile(join(from, log), bytes);
  await expect(copyLevelDirectory(nodeFolder, from, to)).rejects.toThrow(damaged);
});

test('copy: a file that is missing although nothing changed is damage', async () => {
  for (const pattern of [/^CURRENT$/, /\.log$/, /\.ldb$/]) {
    const { from, to, database } = await databaseWithHistory(60);
    // Closed before its first compaction has ended it would have no table.
    await vi.waitFor(async () => {
      expect((await manifestOf(from)).manifest.tables.size).toBeGreaterThan(0);
    });
    await database.close();
    // A database that is closed while it compacts may leave tables that nothing names: those do not count.
    const { manifest } = await manifestOf(from);
    const isNamed = (found: string): boolean =>
      !found.endsWith('.ldb') || manifest.tables.has(Number.parseInt(found, 10));
    const isLive = (found: string): boolean => pattern.test(found) && isNamed(found);
    const name = (await readdir(from)).find(isLive) ?? '';
    await unlink(join(from, name));
    await expect(copyLevelDirectory(nodeFolder, from, to)).rejects.toThrow(damaged);
  }
});

test('copy: an edit that was not synced, and names what the power cut took, counts as not written', async () => {
  const cases: readonly {
    readonly lost: readonly ('new log' | 'new table' | 'old log')[];
    readonly lastChange?: number;
    readonly behind?: number;
    readonly isWhole: boolean;
  }[] = [
    { lost: ['new log'], isWhole: true },
    { lost: ['new table'], isWhole: true },
    { lost: ['new log', 'new table'], isWhole: true },
    { lost: ['new log', 'old log'], isWhole: false },
    // A change was acknowledged after the switch: the new log held it, and was durable.
    { lost: ['new log'], lastChange: 82, isWhole: false },
    // Another edit was begun: this one was durable.
    { lost: ['new log'], behind: 3, isWhole: false },
  ];
  for (const { lost, lastChange = 81, behind = 0, isWhole } of cases) {
    // Its only log holds the 81 changes that were made.
    const { from, to, database, expected } = await databaseWithHistory(10);
    await database.close();
    const { name, manifest } = await manifestOf(from);
    const file = (number: number): string => join(from, String(number).padStart(6, '0'));
    const { logNumber, nextFileNumber } = manifest;
    const edit = encodeVersionEdit({
      logNumber: nextFileNumber,
      nextFileNumber: nextFileNumber + 2,
      lastSequence: lastChange,
      newTables: [{ level: 0, number: nextFileNumber + 1 }],
    });
    await appendFile(join(from, name), writeLevelLog([edit]));
    await appendFile(join(from, name), Buffer.alloc(behind, 1));
    const paths = {
      'old log': `${file(logNumber)}.log`,
      'new log': `${file(nextFileNumber)}.log`,
      'new table': `${file(nextFileNumber + 1)}.ldb`,
    };
    await writeFile(paths['new log'], '');
    await writeFile(paths['new table'], 'a table that the state before does not know');
    for (const what of lost) await unlink(paths[what]);
    const copy = copyLevelDirectory(nodeFolder, from, to);
    if (isWhole) {
      expect(await copy, lost.join()).toBe(true);
      expect(sorted(await contentOf(to))).toEqual(sorted(expected));
    } else {
      await expect(copy, lost.join()).rejects.toThrow(damaged);
    }
  }
});

test('copy: a directory that is not there (any more) means begin again', async () => {
  const root = await temporaryDirectory();
  expect(await copyLevelDirectory(nodeFolder, join(root, 'from'), join(root, 'to'))).toBe(false);
  expect(await copiedBytes(nodeFolder, join(root, 'from'))).toBe(0);
});

test('LevelDB engine: a directory that lost CURRENT, or whose MANIFEST is damaged, does not open', async () => {
  const { open } = createLevelEngineFactory({ folder: nodeFolder });
  const options = { writeBufferBytes: 65_536 };
  const lost = await databaseWithHistory(10);
  await lost.database.close();
  await unlink(join(lost.from, 'CURRENT'));
  await expect(open(lost.from, options)).rejects.toThrow(damaged);
  const broken = await databaseWithHistory(10);
  await broken.database.close();
  const { name } = await manifestOf(broken.from);
  await writeFile(join(broken.from, name), Buffer.alloc(100, 1));
  await expect(open(broken.from, options)).rejects.toThrow(damaged);
});

test('LevelDB engine: one process at a time opens a directory', async () => {
  const { open } = createLevelEngineFactory({ folder: nodeFolder });
  const directory = join(await temporaryDirectory(), 'engine');
  const engine = await open(directory, { writeBufferBytes: 65_536 });
  await expect(open(directory, { writeBufferBytes: 65_536 })).rejects.toMatchObject({
    code: 'STABLE_AREA_IO',
  });
  await engine.close();
});
