import { expect, test } from 'vitest';
import { memoryFolder, MemoryTree } from '../testing/memory-folder.ts';
import { createFenceCheck } from './fence.ts';
import { areaPaths } from './layout.ts';

const paths = areaPaths('/area');

/** Epoch 3 is claimed; the check of its holder, with looks that wait or that do not. */
async function claimed(isSynchronous: boolean) {
  const tree = new MemoryTree();
  const looks: string[] = [];
  let failing: string | undefined;
  const look = (path: string): void => {
    looks.push(path);
    if (path === failing) throw Object.assign(new Error('EIO'), { code: 'EIO' });
  };
  const folder = memoryFolder(tree, {
    before: (operation, path) => {
      if (operation === 'status') look(path);
    },
  });
  await folder.makeFolder('/area/claims');
  await folder.writeFileSynced('/area/claims/3', Buffer.from('ours'));
  const inode = (await folder.status('/area/claims/3'))?.inode ?? 0n;
  looks.length = 0;
  const statusNow = (path: string) => {
    look(path);
    const node = tree.nodes.get(path);
    if (node === undefined) return undefined;
    return { inode: node.inode, sizeBytes: 0, isDirectory: node.bytes === undefined };
  };
  const check = createFenceCheck(
    isSynchronous ? { ...folder, statusNow } : folder,
    paths,
    3,
    inode,
  );
  return {
    tree,
    folder,
    looks,
    check: async () => check(),
    fail(path: string) {
      failing = path;
    },
  };
}

for (const isSynchronous of [true, false]) {
  const how = isSynchronous ? 'in the calling turn' : 'with waiting';

  test(`fence, ${how}: held while the next claim is absent and the own one in place, looked at in this order`, async () => {
    const { check, looks } = await claimed(isSynchronous);
    expect(await check()).toBe('held');
    expect(looks).toEqual(['/area/claims/4', '/area/claims/3']);
  });

  test(`fence, ${how}: the next claim fences`, async () => {
    const { check, folder } = await claimed(isSynchronous);
    await folder.writeFileSynced('/area/claims/4', Buffer.from('theirs'));
    expect(await check()).toBe('fenced');
  });

  test(`fence, ${how}: a folder that has vanished, or another file in place of the claim, fences`, async () => {
    const gone = await claimed(isSynchronous);
    await gone.folder.removeTree('/area');
    expect(await gone.check()).toBe('fenced');
    const replaced = await claimed(isSynchronous);
    await replaced.folder.unlink('/area/claims/3');
    await replaced.folder.writeFileSynced('/area/claims/3', Buffer.from('ours'));
    expect(await replaced.check()).toBe('fenced');
  });

  test(`fence, ${how}: a look that fails is not held`, async () => {
    for (const path of ['/area/claims/4', '/area/claims/3']) {
      const { check, fail } = await claimed(isSynchronous);
      fail(path);
      await expect(check()).rejects.toMatchObject({ code: 'EIO' });
    }
  });
}
