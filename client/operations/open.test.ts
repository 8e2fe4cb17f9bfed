import { describe, expect, test } from 'vitest';
import { Ftype, NfsStat } from '../../protocol/generated/nfs2.ts';
import { memoryFs, rejectionOf } from '../testing/memory-fs.ts';

describe('open', () => {
  test('of two clients that create a name exclusively, one gets EEXIST, also in version 2', async () => {
    const { fs, server } = memoryFs();
    const results = await Promise.allSettled(
      Array.from({ length: 5 }, (_, index) => fs.writeFile('/lock', String(index), { flag: 'wx' })),
    );
    const failures = results.filter((result) => result.status === 'rejected');
    expect(results.length - failures.length).toBe(1);
    for (const failure of failures) {
      expect(failure.reason).toMatchObject({ code: 'EEXIST', syscall: 'open', path: '/lock' });
    }
    expect([...server.tree.root.entries.keys()]).toEqual(['lock']);
    expect((await fs.stat('/lock')).nlink).toBe(1);
  });

  test('rights are asked for at open, as the mode bits say', async () => {
    const { fs } = memoryFs();
    await fs.writeFile('/file', 'x');
    await fs.chmod('/file', 0o444);
    expect(await fs.readFile('/file', 'utf8')).toBe('x');
    expect(await rejectionOf(fs.open('/file', 'r+'))).toMatchObject({ code: 'EACCES' });
    expect(await rejectionOf(fs.truncate('/file'))).toMatchObject({ code: 'EACCES' });
    await fs.chmod('/file', 0o200);
    expect(await rejectionOf(fs.open('/file'))).toMatchObject({ code: 'EACCES', syscall: 'open' });
    const { W_OK, R_OK } = fs.constants;
    await fs.access('/file', W_OK);
    expect(await rejectionOf(fs.access('/file', R_OK | W_OK))).toMatchObject({ code: 'EACCES' });
  });

  test('a name that appears between the look and the CREATE is opened', async () => {
    const { fs, server } = memoryFs();
    let isFirst = true;
    server.intercept = (name) => {
      if (name !== 'NFSPROC_CREATE' || !isFirst) return undefined;
      isFirst = false;
      server.tree.add(server.tree.root, 'file', server.tree.make(Ftype.NFREG, 0o644));
      return NfsStat.NFSERR_EXIST;
    };
    await fs.writeFile('/file', 'mine', { flag: 'w+' });
    expect(await fs.readFile('/file', 'utf8')).toBe('mine');
  });

  test("'w' is one call, and keeps the mode of what is there; where CREATE will not, the file is looked at", async () => {
    const { fs, server } = memoryFs();
    await fs.writeFile('/file', 'content');
    await fs.chmod('/file', 0o640);
    server.calls.length = 0;
    await (await fs.open('/file', 'w', 0o777)).close();
    expect(server.calls).toEqual(['NFSPROC_CREATE']);
    expect(await fs.stat('/file')).toMatchObject({ mode: 0o100640, size: 0 });
    // As for a file that may be written, in a directory that may not.
    await fs.writeFile('/file', 'content');
    server.intercept = (name) => (name === 'NFSPROC_CREATE' ? NfsStat.NFSERR_ACCES : undefined);
    await (await fs.open('/file', 'w')).close();
    expect((await fs.stat('/file')).size).toBe(0);
    expect(await rejectionOf(fs.open('/none', 'w'))).toMatchObject({ code: 'EACCES' });
  });

  test('a server that always says EEXIST is believed in the end', async () => {
    const { fs, server } = memoryFs();
    server.intercept = (name) => (name === 'NFSPROC_CREATE' ? NfsStat.NFSERR_EXIST : undefined);
    expect(await rejectionOf(fs.writeFile('/file', ''))).toMatchObject({ code: 'EEXIST' });
  });

  test('devices, sockets and fifos are names only: ENXIO', async () => {
    const { fs, server } = memoryFs();
    server.tree.add(server.tree.root, 'pipe', server.tree.make(Ftype.NFFIFO, 0o666));
    expect((await fs.stat('/pipe')).isFIFO()).toBe(true);
    expect(await rejectionOf(fs.open('/pipe'))).toMatchObject({ code: 'ENXIO' });
  });

  test('numeric flags, O_NOFOLLOW and O_DIRECTORY', async () => {
    const { fs } = memoryFs();
    const { O_CREAT, O_RDWR, O_EXCL, O_NOFOLLOW, O_DIRECTORY } = fs.constants;
    await (await fs.open('/file', O_RDWR | O_CREAT | O_EXCL)).close();
    await fs.symlink('file', '/link');
    expect(await rejectionOf(fs.open('/link', O_NOFOLLOW))).toMatchObject({ code: 'ELOOP' });
    expect(await rejectionOf(fs.open('/file', O_DIRECTORY))).toMatchObject({ code: 'ENOTDIR' });
    await (await fs.open('/', O_DIRECTORY)).close();
  });

  test('the umask is taken off the mode', async () => {
    const { fs } = memoryFs({ umask: 0o077 });
    await fs.writeFile('/file', '');
    await fs.mkdir('/dir');
    expect((await fs.stat('/file')).mode & 0o777).toBe(0o600);
    expect((await fs.stat('/dir')).mode & 0o777).toBe(0o700);
  });
});
