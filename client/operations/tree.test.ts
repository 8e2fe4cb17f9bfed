import { describe, expect, test } from 'vitest';
import { NfsStat } from '../../protocol/generated/nfs2.ts';
import type { FugaFs } from '../file-system.ts';
import { memoryFs, rejectionOf } from '../testing/memory-fs.ts';

async function plant(fs: FugaFs, path: string, depth: number): Promise<void> {
  await fs.mkdir(path);
  for (let file = 0; file < 9; file += 1) await fs.writeFile(`${path}/file${file}`, '');
  if (depth === 0) return;
  for (let below = 0; below < 3; below += 1) await plant(fs, `${path}/dir${below}`, depth - 1);
}

describe('trees', () => {
  test('rm -r takes a tree away from the leaves up, with many calls at once', async () => {
    const { fs, server } = memoryFs();
    await plant(fs, '/tree', 3);
    await fs.symlink('/tree', '/tree/circle');
    await fs.writeFile('/beside', '');
    server.concurrencyMax = 0;
    await fs.rm('/tree', { recursive: true });
    expect(await fs.readdir('/')).toEqual(['beside']);
    expect(server.concurrencyMax).toBeGreaterThan(8);
    expect(server.concurrencyMax).toBeLessThanOrEqual(33);
  });

  test('rm -r: what others remove meanwhile is no error, what they add is removed too', async () => {
    const { fs, server } = memoryFs();
    await plant(fs, '/tree', 1);
    let isAdded = false;
    const { tree } = server;
    server.intercept = (name) => {
      if (name === 'NFSPROC_RMDIR' && !isAdded) {
        isAdded = true;
        const top = tree.find(tree.root, 'tree');
        tree.add(top, 'late', tree.make(1, 0o644));
        tree.add(tree.find(top, 'dir0'), 'late', tree.make(1, 0o644));
      }
      return name === 'NFSPROC_REMOVE' && Math.random() < 0.2 ? NfsStat.NFSERR_NOENT : undefined;
    };
    await fs.rm('/tree', { recursive: true });
    expect(await fs.readdir('/')).toEqual([]);
  });

  test('rm: a directory without recursive is EISDIR; a refusal ends it', async () => {
    const { fs, server } = memoryFs();
    await plant(fs, '/tree', 1);
    expect(await rejectionOf(fs.rm('/tree'))).toMatchObject({ code: 'EISDIR', syscall: 'rm' });
    expect(await rejectionOf(fs.rm('/none'))).toMatchObject({ code: 'ENOENT', path: '/none' });
    expect(await rejectionOf(fs.rm('/', { recursive: true }))).toMatchObject({ code: 'EBUSY' });
    server.intercept = (name) => (name === 'NFSPROC_REMOVE' ? NfsStat.NFSERR_ACCES : undefined);
    const refused = fs.rm('/tree', { recursive: true, force: true });
    expect(await rejectionOf(refused)).toMatchObject({ code: 'EACCES', path: '/tree' });
  });

  test('readdir with types looks names up in parallel and leaves out what went away', async () => {
    const { fs, server } = memoryFs();
    await plant(fs, '/tree', 1);
    server.concurrencyMax = 0;
    server.intercept = (name, args) =>
      name === 'NFSPROC_LOOKUP' && (args as { name: string }).name === 'file3'
        ? NfsStat.NFSERR_NOENT
        : undefined;
    const entries = await fs.readdir('/tree', { withFileTypes: true });
    expect(entries.length).toBe(11);
    expect(entries.find((entry) => entry.name === 'dir1')).toMatchObject({ parentPath: '/tree' });
    expect(server.concurrencyMax).toBeGreaterThan(3);
  });

  test('readdir -r with types names the directory of each entry', async () => {
    const { fs } = memoryFs();
    await plant(fs, '/tree', 1);
    const entries = await fs.readdir('/tree', { withFileTypes: true, recursive: true });
    expect(entries.length).toBe(12 + 27);
    const paths = entries.map((entry) => `${entry.parentPath}/${entry.name}`);
    expect(paths).toContain('/tree/dir2/file8');
    expect(entries[0]?.path).toBe('/tree');
  });

  test('opendir: a closed directory is EBADF, and a failure has its path', async () => {
    const { fs, server } = memoryFs();
    await plant(fs, '/tree', 0);
    const dir = await fs.opendir('/tree', 'buffer');
    expect((await dir.read())?.name).toEqual(Buffer.from('file0'));
    await dir.close();
    expect(await rejectionOf(dir.read())).toMatchObject({ code: 'EBADF' });
    const failing = await fs.opendir('/tree');
    server.intercept = () => NfsStat.NFSERR_IO;
    expect(await rejectionOf(failing.read())).toMatchObject({ code: 'EIO', path: '/tree' });
  });

  test('mkdir -p of several at once makes each directory once', async () => {
    const { fs } = memoryFs();
    const firsts = await Promise.all(
      ['/a/b/c', '/a/b/d', '/a/b/c/e', '/a'].map((path) => fs.mkdir(path, { recursive: true })),
    );
    expect(firsts.filter((first) => first === '/a').length).toBe(1);
    expect((await fs.readdir('/', { recursive: true })).sort()).toEqual([
      'a',
      'a/b',
      'a/b/c',
      'a/b/c/e',
      'a/b/d',
    ]);
  });

  test('statfs gives the numbers of the server', async () => {
    const { fs } = memoryFs();
    expect(await fs.statfs('/')).toEqual({
      type: 0x6969,
      bsize: 4096,
      blocks: 1000,
      bfree: 400,
      bavail: 300,
      files: 0,
      ffree: 0,
    });
  });
});
