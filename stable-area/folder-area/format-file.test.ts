import { expect, test } from 'vitest';
import { commitDurably, hold, put } from '../compliance/support.ts';
import { FolderWorld } from '../testing/folder-world.ts';
import { memoryFolder } from '../testing/memory-folder.ts';

async function worldWith(files: Record<string, string>): Promise<FolderWorld> {
  const world = new FolderWorld();
  const folder = memoryFolder(world.tree);
  for (const [path, text] of Object.entries(files)) {
    await folder.makeFolder(path.slice(0, path.lastIndexOf('/')));
    await folder.writeFileSynced(path, Buffer.from(text));
  }
  return world;
}

test('format: an area is made of a missing directory, and of an empty one, by several at once', async () => {
  const world = await worldWith({ '/disk/area/lost+found/x': '' });
  await Promise.all([world.open(), world.open(), world.open()]);
  expect(world.paths).toEqual([
    '/',
    '/disk',
    '/disk/area',
    '/disk/area/FORMAT',
    '/disk/area/claims',
    '/disk/area/epochs',
    '/disk/area/lost+found',
    '/disk/area/lost+found/x',
    '/disk/area/segments',
  ]);
});

test('format: every folder that had to be made is durable in its parent before the area is used', async () => {
  const world = new FolderWorld();
  const synced: string[] = [];
  await world.open({
    after: (operation, path) => {
      if (operation === 'syncFolder') synced.push(path);
    },
  });
  expect(synced).toEqual(expect.arrayContaining(['/', '/disk', '/disk/area']));
});

test('format: a newer one is refused before anything is touched', async () => {
  const world = await worldWith({ '/disk/area/FORMAT': '{"format":2}', '/disk/area/x': '' });
  const before = world.paths;
  await expect(world.open()).rejects.toMatchObject({ code: 'STABLE_AREA_FORMAT' });
  expect(world.paths).toEqual(before);
});

test("format: a directory with other files, or a file, is somebody else's and left alone", async () => {
  const home = await worldWith({ '/disk/area/letter.txt': 'Dear' });
  const file = await worldWith({ '/disk/area': 'not a directory' });
  const lostItsFormat = await worldWith({ '/disk/area/claims/1': '' });
  for (const world of [home, file, lostItsFormat]) {
    const before = world.paths;
    await expect(world.open()).rejects.toMatchObject({ code: 'STABLE_AREA_UNUSABLE' });
    expect(world.paths).toEqual(before);
  }
});

test('format: a FORMAT that cannot be read is damage', async () => {
  for (const text of ['', 'x', '{}', '{"format":"1"}', 'null']) {
    const world = await worldWith({ '/disk/area/FORMAT': text });
    await expect(world.open()).rejects.toMatchObject({ code: 'STABLE_AREA_CORRUPT' });
  }
});

test('format: an area that was opened before opens again', async () => {
  const world = new FolderWorld();
  await commitDurably(await hold(await world.open()), [put('\x02a', '1')]);
  expect((await hold(await world.open())).claim.epoch).toBe(2);
  await world.close();
});

test('format: claims that were removed, or are damaged, are refused', async () => {
  const removed = new FolderWorld();
  await hold(await removed.open());
  removed.tree.nodes.delete('/disk/area/claims/1');
  await expect(hold(await removed.open())).rejects.toMatchObject({ code: 'STABLE_AREA_CORRUPT' });
  const damaged = new FolderWorld();
  await hold(await damaged.open());
  const claim = damaged.tree.nodes.get('/disk/area/claims/1');
  if (claim !== undefined) claim.bytes = Buffer.from('{}\n');
  await expect((await damaged.open()).highestClaim()).rejects.toMatchObject({
    code: 'STABLE_AREA_CORRUPT',
  });
});
