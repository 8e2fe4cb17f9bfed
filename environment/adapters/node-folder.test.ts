import { constants } from 'node:fs';
import { mkdtemp, readdir, readFile, readlink, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { nodeFolder } from './node-folder.ts';

let root = '';

beforeEach(async () => {
  const made = await mkdtemp(join(tmpdir(), 'fuga-folder-'));
  root = made;
  onTestFinished(() => rm(made, { recursive: true, force: true }));
});

const at = (name: string): string => join(root, name);

test('node folder: a written file is complete, exclusive and has a status', async () => {
  await nodeFolder.writeFileSynced(at('a'), Buffer.from('content'));
  await nodeFolder.syncFolder(root);
  expect((await nodeFolder.readFile(at('a'))).toString()).toBe('content');
  expect(await nodeFolder.status(at('a'))).toMatchObject({ sizeBytes: 7, isDirectory: false });
  await expect(nodeFolder.writeFileSynced(at('a'), Buffer.from('x'))).rejects.toMatchObject({
    code: 'EEXIST',
  });
  expect((await nodeFolder.readFile(at('a'))).toString()).toBe('content');
});

test('node folder: status is undefined for ENOENT only', async () => {
  await nodeFolder.writeFileSynced(at('file'), Buffer.alloc(0));
  expect(await nodeFolder.status(at('missing'))).toBeUndefined();
  await expect(nodeFolder.status(at('file/below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

test('node folder: statusNow says what status says, in the same turn', async () => {
  await nodeFolder.writeFileSynced(at('file'), Buffer.from('1234'));
  expect(nodeFolder.statusNow?.(at('file'))).toEqual(await nodeFolder.status(at('file')));
  expect(nodeFolder.statusNow?.(at('missing'))).toBeUndefined();
});

test('node folder: a link is the same inode, and is exclusive', async () => {
  await nodeFolder.writeFileSynced(at('a'), Buffer.from('1'));
  await nodeFolder.writeFileSynced(at('c'), Buffer.from('2'));
  await nodeFolder.link(at('a'), at('b'));
  const one = await nodeFolder.status(at('a'));
  expect((await nodeFolder.status(at('b')))?.inode).toBe(one?.inode);
  expect((await nodeFolder.status(at('c')))?.inode).not.toBe(one?.inode);
  await expect(nodeFolder.link(at('c'), at('b'))).rejects.toMatchObject({ code: 'EEXIST' });
});

test('node folder: names come and go', async () => {
  await nodeFolder.makeFolder(at('x/y'));
  await nodeFolder.makeFolder(at('x/y'));
  await nodeFolder.writeFileSynced(at('x/y/f'), Buffer.from('f'));
  await nodeFolder.rename(at('x/y/f'), at('x/g'));
  expect((await nodeFolder.list(at('x'))).sort()).toEqual(['g', 'y']);
  await nodeFolder.unlink(at('x/g'));
  await nodeFolder.unlink(at('x/g'));
  await nodeFolder.removeTree(at('x'));
  await nodeFolder.removeTree(at('x'));
  expect(await nodeFolder.list(root)).toEqual([]);
});

test('node folder: a copy has blocks of its own and is exclusive', async () => {
  const content = Buffer.alloc(2_500_000, 'fuga');
  await nodeFolder.writeFileSynced(at('from'), content);
  await nodeFolder.copyFileSynced(at('from'), at('to'));
  expect((await nodeFolder.readFile(at('to'))).equals(content)).toBe(true);
  expect((await stat(at('to'))).nlink).toBe(1);
  await expect(nodeFolder.copyFileSynced(at('from'), at('to'))).rejects.toMatchObject({
    code: 'EEXIST',
  });
  await expect(nodeFolder.copyFileSynced(at('none'), at('other'))).rejects.toMatchObject({
    code: 'ENOENT',
  });
  await nodeFolder.writeFileSynced(at('empty'), Buffer.alloc(0));
  await nodeFolder.copyFileSynced(at('empty'), at('empty-too'));
  expect((await nodeFolder.readFile(at('empty-too'))).length).toBe(0);
});

test('node folder: preallocate owns real blocks, grows, shrinks and fills holes', async () => {
  const sizes = [100_000, 3_000_000, 1_500_000, 0, 5_000];
  for (const size of sizes) {
    await nodeFolder.preallocate(at('reserve'), size);
    const found = await stat(at('reserve'));
    expect(found.size).toBe(size);
    expect(found.blocks * 512).toBeGreaterThanOrEqual(size);
  }
  await truncate(at('reserve'), 4_000_000);
  expect((await stat(at('reserve'))).blocks * 512).toBeLessThan(4_000_000);
  await nodeFolder.preallocate(at('reserve'), 4_000_000);
  expect((await stat(at('reserve'))).blocks * 512).toBeGreaterThanOrEqual(4_000_000);
});

test('node folder: appends are in the order of the calls and tell their offset', async () => {
  const file = await nodeFolder.openAppend(at('log'));
  const offsets = await Promise.all([
    file.append([Buffer.from('ab'), Buffer.from('c')]),
    file.append([]),
    file.append([Buffer.alloc(0), Buffer.from('defg')]),
    file.append(Array.from({ length: 3_000 }, () => Buffer.from('x'))),
  ]);
  expect(offsets).toEqual([0, 3, 3, 7]);
  await file.sync();
  await file.close();
  const again = await nodeFolder.openAppend(at('log'));
  expect(await again.append([Buffer.from('!')])).toBe(3_007);
  await again.close();

  const reading = await nodeFolder.openRead(at('log'));
  expect((await reading.read(1, 5)).toString()).toBe('bcdef');
  expect((await reading.read(3_006, 100)).toString()).toBe('x!');
  expect((await reading.read(9_999, 10)).length).toBe(0);
  await reading.close();
});

test('node folder: an append is on the disk when it is over', async (context) => {
  if (process.platform !== 'linux') context.skip('appends are synced by a call of their own here');
  const file = await nodeFolder.openAppend(at('synced'));
  const descriptors = await readdir('/proc/self/fd');
  const targets = descriptors.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => ''));
  const own = descriptors[(await Promise.all(targets)).indexOf(at('synced'))];
  const info = await readFile(`/proc/self/fdinfo/${own ?? ''}`, 'utf8');
  const flags = Number.parseInt(/flags:\s+(\d+)/.exec(info)?.[1] ?? '', 8);
  expect(flags & constants.O_DSYNC).toBe(constants.O_DSYNC);
  await file.close();
});

test('node folder: after a failed append nothing is written any more', async () => {
  const file = await nodeFolder.openAppend('/dev/full');
  await expect(file.append([Buffer.from('x')])).rejects.toMatchObject({ code: 'ENOSPC' });
  await expect(file.append([Buffer.from('y')])).rejects.toMatchObject({ code: 'ENOSPC' });
  await expect(file.sync()).rejects.toMatchObject({ code: 'ENOSPC' });
  await file.close();
});

test('node folder: space counts bytes', async () => {
  const space = await nodeFolder.space(root);
  expect(space.totalBytes).toBeGreaterThan(1_000_000);
  expect(space.freeBytes).toBeLessThanOrEqual(space.totalBytes);
  expect(space.availableBytes).toBeLessThanOrEqual(space.freeBytes);
});

test('node folder: what is done in the calling turn is done, and fails, as through threads', async () => {
  const { inTurn } = nodeFolder;
  if (inTurn === undefined) throw new Error('Node can do it');
  const made = inTurn.makeFolder(at('turn/below'));
  expect(nodeFolder.statusNow?.(at('turn/below'))?.isDirectory).toBe(true);
  await made;
  await inTurn.writeFileSynced(at('turn/a'), Buffer.from('content'));
  await expect(inTurn.writeFileSynced(at('turn/a'), Buffer.from('x'))).rejects.toMatchObject({
    code: 'EEXIST',
  });
  expect((await inTurn.readFile(at('turn/a'))).toString()).toBe('content');
  await inTurn.link(at('turn/a'), at('turn/b'));
  await expect(inTurn.link(at('turn/a'), at('turn/b'))).rejects.toMatchObject({ code: 'EEXIST' });
  await inTurn.rename(at('turn/b'), at('turn/c'));
  await inTurn.syncFolder(at('turn'));
  expect((await inTurn.list(at('turn'))).sort()).toEqual(['a', 'below', 'c']);
  expect(await inTurn.status(at('turn/b'))).toBeUndefined();
  await inTurn.unlink(at('turn/c'));
  await inTurn.unlink(at('turn/c'));
  await expect(inTurn.unlink(at('turn/below'))).rejects.toMatchObject({ syscall: 'unlink' });
  await inTurn.removeTree(at('turn'));
  await inTurn.removeTree(at('turn'));
  expect(await nodeFolder.status(at('turn'))).toBeUndefined();
  await expect(inTurn.list(at('turn'))).rejects.toMatchObject({ code: 'ENOENT' });
});
