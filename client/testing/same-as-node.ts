import { mkdtemp, rm } from 'node:fs/promises';
import * as nodeFs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FugaFs } from '../file-system.ts';

// The promise is "as node:fs/promises": so each case runs on both, and must end the same, with the same words.

type NodeFs = typeof nodeFs;
type Case = (fs: NodeFs, at: (name: string) => string) => Promise<unknown>;

const setUp = async (fs: NodeFs, at: (name: string) => string): Promise<void> => {
  await fs.mkdir(at('dir'));
  await fs.writeFile(at('dir/inside'), 'inside');
  await fs.mkdir(at('empty'));
  await fs.writeFile(at('file'), 'hello');
  await fs.symlink('file', at('link'));
  await fs.symlink('nowhere', at('dangling'));
  await fs.symlink('dir', at('dirlink'));
};

const names = async (fs: NodeFs, path: string): Promise<string[]> =>
  (await fs.readdir(path)).sort();

const cases: Readonly<Record<string, Case>> = {
  'readFile of a file': (fs, at) => fs.readFile(at('file'), 'utf8'),
  'readFile of a directory': (fs, at) => fs.readFile(at('dir')),
  'readFile of nothing': (fs, at) => fs.readFile(at('none')),
  'readFile with a slash after a file': (fs, at) => fs.readFile(at('file/')),
  'readFile through a dangling link': (fs, at) => fs.readFile(at('dangling')),
  'writeFile in a missing directory': (fs, at) => fs.writeFile(at('none/x'), ''),
  'writeFile onto a directory': (fs, at) => fs.writeFile(at('dir'), ''),
  'writeFile with wx onto a file': (fs, at) => fs.writeFile(at('file'), '', { flag: 'wx' }),
  'writeFile with wx onto a dangling link': (fs, at) =>
    fs.writeFile(at('dangling'), '', { flag: 'wx' }),
  'writeFile through a dangling link makes its target': async (fs, at) => {
    await fs.writeFile(at('dangling'), 'made');
    return [await fs.readFile(at('nowhere'), 'utf8'), await names(fs, at(''))];
  },
  'writeFile makes a file shorter': async (fs, at) => {
    await fs.writeFile(at('file'), 'hi');
    return fs.readFile(at('file'), 'utf8');
  },
  'writeFile of a generator': async (fs, at) => {
    await fs.writeFile(at('file'), ['a', 'bc', 'def']);
    return fs.readFile(at('file'), 'utf8');
  },
  'writeFile with r+ overwrites in place': async (fs, at) => {
    await fs.writeFile(at('file'), 'J', { flag: 'r+' });
    return fs.readFile(at('file'), 'utf8');
  },
  'writeFile in another encoding': async (fs, at) => {
    await fs.writeFile(at('file'), 'ff00', 'hex');
    return [...(await fs.readFile(at('file')))];
  },
  'appendFile makes and appends': async (fs, at) => {
    await fs.appendFile(at('new'), 'a');
    await fs.appendFile(at('new'), 'b');
    return fs.readFile(at('new'), 'utf8');
  },
  'mode of a new file': async (fs, at) => {
    await fs.writeFile(at('new'), '', { mode: 0o640 });
    return ((await fs.stat(at('new'))).mode & 0o7777).toString(8);
  },
  'open with a bad flag': (fs, at) => fs.open(at('file'), 'q').catch(codeOnly),
  'open a directory for writing': (fs, at) => fs.open(at('dir'), 'r+'),
  'open a directory, and read it': async (fs, at) => {
    const handle = await fs.open(at('dir'));
    try {
      return await handle.read(Buffer.alloc(1), 0, 1, 0);
    } finally {
      await handle.close();
    }
  },
  'write to a file open for reading': async (fs, at) => {
    const handle = await fs.open(at('file'), 'r');
    try {
      return await handle.write('x');
    } finally {
      await handle.close();
    }
  },
  'read from a file open for writing': async (fs, at) => {
    const handle = await fs.open(at('file'), 'a');
    try {
      return await handle.read();
    } finally {
      await handle.close();
    }
  },
  'positions of reads and writes': async (fs, at) => {
    const handle = await fs.open(at('file'), 'r+');
    const buffer = Buffer.alloc(3, '-');
    const first = (await handle.read(buffer, 0, 2, null)).bytesRead;
    const there = (await handle.read(buffer, 2, 1, 4)).bytesRead;
    await handle.write('XY');
    await handle.write('!', 9);
    await handle.write(Buffer.from('abc'), 1, 1, 0);
    const rest = await handle.readFile('utf8');
    await handle.close();
    const content = await fs.readFile(at('file'), 'latin1');
    return [first, there, buffer.toString(), rest, content];
  },
  'read with options, and at the end': async (fs, at) => {
    const handle = await fs.open(at('file'));
    const some = await handle.read({ buffer: Buffer.alloc(4), offset: 1, length: 2, position: 3 });
    const end = await handle.read(Buffer.alloc(4), 0, 4, 5);
    await handle.close();
    return [some.bytesRead, some.buffer.toString('latin1'), end.bytesRead];
  },
  'writes to a file open for appending go to its end': async (fs, at) => {
    const handle = await fs.open(at('file'), 'a+');
    await handle.write('1', 0);
    await handle.write('2');
    await handle.close();
    return fs.readFile(at('file'), 'utf8');
  },
  'truncate of a handle, shorter and longer': async (fs, at) => {
    const handle = await fs.open(at('file'), 'r+');
    await handle.truncate(2);
    await handle.truncate(4);
    const { size } = await handle.stat();
    await handle.close();
    return [size, await fs.readFile(at('file'), 'latin1')];
  },
  'truncate of a handle open for reading': async (fs, at) => {
    const handle = await fs.open(at('file'));
    try {
      await handle.truncate(1);
      return 'done';
    } finally {
      await handle.close();
    }
  },
  'truncate by path': async (fs, at) => {
    await fs.truncate(at('link'), 3);
    return fs.readFile(at('file'), 'utf8');
  },
  'truncate of a directory': (fs, at) => fs.truncate(at('dir'), 3),
  'truncate of nothing': (fs, at) => fs.truncate(at('none'), 3),
  copyFile: async (fs, at) => {
    await fs.chmod(at('file'), 0o600);
    await fs.copyFile(at('file'), at('copy'));
    return [await fs.readFile(at('copy'), 'utf8'), (await fs.stat(at('copy'))).mode & 0o777];
  },
  'copyFile onto itself keeps the content': async (fs, at) => {
    await fs.copyFile(at('file'), at('link'));
    return fs.readFile(at('file'), 'utf8');
  },
  'copyFile exclusively onto a file': (fs, at) =>
    fs.copyFile(at('file'), at('dir/inside'), fs.constants.COPYFILE_EXCL),
  'copyFile of nothing': (fs, at) => fs.copyFile(at('none'), at('x')),
  readdir: (fs, at) => names(fs, at('')),
  'readdir of a link to a directory': (fs, at) => names(fs, at('dirlink')),
  'readdir of a file': (fs, at) => fs.readdir(at('file')),
  'readdir of nothing': (fs, at) => fs.readdir(at('none')),
  'readdir with types': async (fs, at) => {
    const entries = await fs.readdir(at(''), { withFileTypes: true });
    return entries
      .map((entry) => [entry.name, entry.isFile(), entry.isDirectory(), entry.isSymbolicLink()])
      .sort();
  },
  'readdir as buffers': async (fs, at) =>
    (await fs.readdir(at('dir'), 'buffer')).map((name) => [...name]),
  'readdir recursively': async (fs, at) => {
    await fs.mkdir(at('dir/deep/deeper'), { recursive: true });
    await fs.writeFile(at('dir/deep/deeper/leaf'), '');
    // Node 20 lists what is behind a link to a directory, for ever where links go in a circle. That is not copied.
    await fs.unlink(at('dirlink'));
    return (await fs.readdir(at(''), { recursive: true })).sort();
  },
  opendir: async (fs, at) => {
    const found: string[] = [];
    for await (const entry of await fs.opendir(at('dir'))) found.push(entry.name);
    return found;
  },
  'opendir of a file': (fs, at) => fs.opendir(at('file')),
  'opendir by hand': async (fs, at) => {
    const dir = await fs.opendir(at('dir'));
    const found = [(await dir.read())?.name, await dir.read()];
    await dir.close();
    return found;
  },
  'mkdir in a missing directory': (fs, at) => fs.mkdir(at('a/b')),
  'mkdir of what is there': (fs, at) => fs.mkdir(at('dir')),
  'mkdir recursively': async (fs, at) => {
    const first = await fs.mkdir(at('a/b/c'), { recursive: true });
    const second = await fs.mkdir(at('a/b/c'), { recursive: true });
    return [first?.endsWith('a'), second, await names(fs, at('a/b'))];
  },
  'mkdir recursively onto a file': (fs, at) => fs.mkdir(at('file'), { recursive: true }),
  'mkdir recursively below a file': (fs, at) => fs.mkdir(at('file/x/y'), { recursive: true }),
  'mode of a new directory': async (fs, at) => {
    await fs.mkdir(at('new'), 0o750);
    return (await fs.stat(at('new'))).mode & 0o777;
  },
  rmdir: async (fs, at) => {
    await fs.rmdir(at('empty'));
    return names(fs, at(''));
  },
  'rmdir of a full directory': (fs, at) => fs.rmdir(at('dir')),
  'rmdir of a file': (fs, at) => fs.rmdir(at('file')),
  'rmdir of nothing': (fs, at) => fs.rmdir(at('none')),
  'rmdir of a dot': (fs, at) => fs.rmdir(at('empty/.')),
  unlink: async (fs, at) => {
    await fs.unlink(at('link'));
    await fs.unlink(at('file'));
    return names(fs, at(''));
  },
  'unlink of a directory': (fs, at) => fs.unlink(at('dir')),
  'unlink of nothing': (fs, at) => fs.unlink(at('none')),
  'unlink with a slash after a file': (fs, at) => fs.unlink(at('file/')),
  'rm of a file': async (fs, at) => {
    await fs.rm(at('file'));
    return names(fs, at(''));
  },
  'rm of nothing, forced': async (fs, at) => {
    await fs.rm(at('none/deep'), { force: true });
    return 'done';
  },
  'rm of a tree': async (fs, at) => {
    await fs.mkdir(at('dir/deep/deeper'), { recursive: true });
    await fs.symlink('../file', at('dir/deep/out'));
    await fs.rm(at('dir'), { recursive: true });
    return [await names(fs, at('')), await fs.readFile(at('file'), 'utf8')];
  },
  'rename over a file': async (fs, at) => {
    await fs.rename(at('file'), at('dir/inside'));
    return [await names(fs, at('')), await fs.readFile(at('dir/inside'), 'utf8')];
  },
  'rename of a link renames the link': async (fs, at) => {
    await fs.rename(at('link'), at('link2'));
    return [await names(fs, at('')), await fs.readlink(at('link2'))];
  },
  'rename of nothing': (fs, at) => fs.rename(at('none'), at('x')),
  'rename of a file over a directory': (fs, at) => fs.rename(at('file'), at('empty')),
  'rename of a directory over a file': (fs, at) => fs.rename(at('dir'), at('file')),
  'rename over a full directory': (fs, at) => fs.rename(at('empty'), at('dir')),
  'rename over an empty directory': async (fs, at) => {
    await fs.rename(at('dir'), at('empty'));
    return names(fs, at('empty'));
  },
  'rename of a directory to below itself': (fs, at) => fs.rename(at('dir'), at('dir/below')),
  'rename of a file with a slash': (fs, at) => fs.rename(at('file/'), at('x')),
  link: async (fs, at) => {
    await fs.link(at('file'), at('hard'));
    const [one, two] = [await fs.stat(at('file')), await fs.stat(at('hard'))];
    return [one.nlink, one.ino === two.ino];
  },
  'link of a symbolic link': async (fs, at) => {
    await fs.link(at('link'), at('hard'));
    return fs.readlink(at('hard'));
  },
  'link of a directory': (fs, at) => fs.link(at('dir'), at('hard')),
  'link onto a name': (fs, at) => fs.link(at('file'), at('link')),
  'link of nothing': (fs, at) => fs.link(at('none'), at('x')),
  'symlink onto a name': (fs, at) => fs.symlink('x', at('file')),
  'symlink to nothing': (fs, at) => fs.symlink('', at('x')),
  readlink: (fs, at) => fs.readlink(at('link')),
  'readlink of a file': (fs, at) => fs.readlink(at('file')),
  'readlink of nothing': (fs, at) => fs.readlink(at('none')),
  'stat and lstat of a link': async (fs, at) => {
    const [stat, lstat] = [await fs.stat(at('link')), await fs.lstat(at('link'))];
    return [stat.isFile(), stat.size, lstat.isSymbolicLink(), lstat.size, lstat.isFile()];
  },
  'stat of nothing': (fs, at) => fs.stat(at('none')),
  'stat of a dangling link': (fs, at) => fs.stat(at('dangling')),
  'stat of a loop': async (fs, at) => {
    await fs.symlink('loop', at('loop'));
    return fs.stat(at('loop'));
  },
  chmod: async (fs, at) => {
    await fs.chmod(at('link'), 0o4751);
    return (await fs.stat(at('file'))).mode.toString(8);
  },
  'chmod of nothing': (fs, at) => fs.chmod(at('none'), 0),
  utimes: async (fs, at) => {
    await fs.utimes(at('link'), 1_600_000_000.25, new Date(1_500_000_000_500));
    const { atimeMs, mtimeMs, mtime } = await fs.stat(at('file'));
    return [atimeMs, mtimeMs, mtime.toISOString()];
  },
  'utimes of nothing': (fs, at) => fs.utimes(at('none'), 0, 0),
  'access of nothing': (fs, at) => fs.access(at('none')),
  access: async (fs, at) => {
    await fs.access(at('file'), fs.constants.R_OK | fs.constants.W_OK);
    return 'may';
  },
  'realpath through links': async (fs, at) =>
    (await fs.realpath(at('dirlink/inside'))).slice((await fs.realpath(at(''))).length),
  'realpath of nothing': (fs, at) => fs.realpath(at('dangling')),
  'name of 256 bytes': (fs, at) => fs.writeFile(at('n'.repeat(256)), ''),
};

/** `open` makes a new, empty file system. Tests are defined by the call. */
export function describeSameAsNode(what: string, open: () => Promise<FugaFs>): void {
  describe(what, () => {
    let folder: string;
    let oldUmask: number;
    beforeAll(async () => {
      oldUmask = process.umask(0o022);
      folder = await mkdtemp(join(tmpdir(), 'fuga-client-'));
    });
    afterAll(async () => {
      process.umask(oldUmask);
      await rm(folder, { recursive: true, force: true });
    });

    test.each(Object.entries(cases))('%s', async (title, run) => {
      const root = join(folder, title.replaceAll(/\W+/g, '-'));
      await nodeFs.mkdir(root);
      const expected = await outcomeOf(nodeFs, (name) => `${root}/${name}`, run, root);
      const fs = await open();
      await fs.mkdir('/r');
      const actual = await outcomeOf(fs as unknown as NodeFs, (name) => `/r/${name}`, run, '/r');
      expect(actual).toEqual(expected);
    });
  });
}

async function outcomeOf(
  fs: NodeFs,
  at: (name: string) => string,
  run: Case,
  root: string,
): Promise<unknown> {
  await setUp(fs, at);
  try {
    return { result: await run(fs, at) };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    const message = error.message.replaceAll(root, '');
    return { code: error.code, syscall: (error as { syscall?: string }).syscall, message };
  }
}

function codeOnly(error: unknown): unknown {
  return (error as { readonly code?: unknown }).code;
}
