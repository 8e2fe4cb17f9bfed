import { describe, expect, test } from 'vitest';
import { memoryFs, rejectionOf } from './testing/memory-fs.ts';

describe('path walk', () => {
  test('goes through directories, dots and doubled slashes', async () => {
    const { fs } = memoryFs();
    await fs.mkdir('/a/b', { recursive: true });
    await fs.writeFile('/a/b/file', 'x');
    expect(await fs.readFile('//a/./b/../b//file', 'utf8')).toBe('x');
    expect(await fs.readFile('a/b/file', 'utf8')).toBe('x');
    expect(await fs.realpath('a//b/../b/./file')).toBe('/a/b/file');
    expect(await fs.realpath('/..')).toBe('/');
    expect((await fs.stat('/../../a')).isDirectory()).toBe(true);
  });

  test('follows symbolic links, relative and absolute, in the middle and at the end', async () => {
    const { fs } = memoryFs();
    await fs.mkdir('/a/b', { recursive: true });
    await fs.writeFile('/a/b/file', 'x');
    await fs.symlink('b', '/a/relative');
    await fs.symlink('/a/b', '/absolute');
    await fs.symlink('../a/relative/file', '/a/through');
    expect(await fs.readFile('/a/relative/file', 'utf8')).toBe('x');
    expect(await fs.readFile('/absolute/file', 'utf8')).toBe('x');
    expect(await fs.readFile('/a/through', 'utf8')).toBe('x');
    expect(await fs.realpath('/a/through')).toBe('/a/b/file');
    expect((await fs.lstat('/a/through')).isSymbolicLink()).toBe(true);
    expect((await fs.lstat('/absolute/')).isDirectory()).toBe(true);
  });

  test('40 links are followed, the 41st is ELOOP; so is a link to itself', async () => {
    const { fs } = memoryFs();
    await fs.writeFile('/0', 'end');
    for (let link = 1; link <= 41; link += 1) await fs.symlink(String(link - 1), `/${link}`);
    expect(await fs.readFile('/40', 'utf8')).toBe('end');
    expect(await rejectionOf(fs.readFile('/41'))).toMatchObject({ code: 'ELOOP' });
    await fs.symlink('self', '/self');
    expect(await rejectionOf(fs.stat('/self'))).toMatchObject({ code: 'ELOOP', path: '/self' });
  });

  test('a file in the middle is ENOTDIR, a missing name ENOENT, a long one ENAMETOOLONG', async () => {
    const { fs } = memoryFs();
    await fs.writeFile('/file', '');
    expect(await rejectionOf(fs.stat('/file/x'))).toMatchObject({ code: 'ENOTDIR' });
    expect(await rejectionOf(fs.stat('/file/'))).toMatchObject({ code: 'ENOTDIR' });
    expect(await rejectionOf(fs.stat('/file/..'))).toMatchObject({ code: 'ENOTDIR' });
    expect(await rejectionOf(fs.stat('/none/x'))).toMatchObject({ code: 'ENOENT' });
    expect(await rejectionOf(fs.stat(''))).toMatchObject({ code: 'ENOENT' });
    const long = await rejectionOf(fs.stat(`/${'n'.repeat(256)}`));
    expect(long).toMatchObject({ code: 'ENAMETOOLONG', syscall: 'stat' });
    expect((await rejectionOf(fs.stat('/é'.repeat(200)))).code).toBe('ENOENT');
  });

  test('a NUL byte is refused as by Node, before any call', async () => {
    const { fs, server } = memoryFs();
    expect(await rejectionOf(fs.stat('/a\0b'))).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
    expect(server.calls).toEqual([]);
  });

  test('names that are not UTF-8 work as Buffers', async () => {
    const { fs } = memoryFs();
    const name = Buffer.from([0x2f, 0xff, 0xfe]);
    await fs.writeFile(name, 'bytes');
    expect(await fs.readdir('/', 'buffer')).toEqual([Buffer.from([0xff, 0xfe])]);
    expect(await fs.readdir('/')).toEqual(['\ufffd\ufffd']);
    expect(await fs.readFile(name, 'utf8')).toBe('bytes');
    await fs.writeFile('/ümläut', 'text');
    expect(await fs.readdir('/')).toContain('ümläut');
    expect(await fs.readFile(Buffer.from('/ümläut'), 'utf8')).toBe('text');
  });

  test('cd: relative paths start there, absolute ones at the root, and renaming it changes nothing', async () => {
    const { fs, server } = memoryFs();
    await fs.mkdir('/a/b', { recursive: true });
    const here = await fs.cd('/a/b');
    await here.writeFile('file', 'x');
    expect(await fs.readFile('/a/b/file', 'utf8')).toBe('x');
    expect(await here.readdir('..')).toEqual(['b']);
    expect(await here.readdir('/')).toEqual(['a']);
    await fs.rename('/a', '/z');
    expect(await here.readFile('file', 'utf8')).toBe('x');
    server.calls.length = 0;
    await here.stat('file');
    expect(server.calls).toEqual(['NFSPROC_LOOKUP']);
    expect(await rejectionOf(fs.cd('/z/b/file'))).toMatchObject({ code: 'ENOTDIR' });
  });

  test('after ESTALE of a held handle everything is looked up once more', async () => {
    const { fs, server } = memoryFs();
    await fs.mkdir('/a');
    const here = await fs.cd('/a');
    await here.writeFile('file', 'x');
    server.generation += 1;
    expect(await here.readFile('file', 'utf8')).toBe('x');
    server.intercept = () => 70;
    expect(await rejectionOf(here.stat('file'))).toMatchObject({ code: 'ESTALE' });
  });

  test('an unknown export is ENOENT, and the next operation asks again', async () => {
    const { fs } = memoryFs({ exportPath: '/elsewhere' });
    expect(await rejectionOf(fs.readdir('/'))).toMatchObject({ code: 'ENOENT' });
    expect(await rejectionOf(fs.readdir('/'))).toMatchObject({ code: 'ENOENT' });
  });
});
