import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import * as local from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NfsStat } from '../../../protocol/generated/nfs2.ts';
import { TestCluster } from '../testing/run-cli.ts';

let cluster: TestCluster;
let folder: string;
let oldUmask: number;
const fuga = (line: string, options = {}) => cluster.fuga(line, options);
const ok = (out = '') => ({ code: 0, out, err: '' });
const failed = (err: string, out = '') => ({ code: 1, out, err: `${err}\n` });
const here = (name: string) => join(folder, name);
const remoteTree = async (path = '/') =>
  (await cluster.fs.readdir(path, { recursive: true })).sort();
const localTree = (path: string) =>
  (readdirSync(here(path), { recursive: true }) as string[]).sort();

beforeEach(async () => {
  oldUmask = process.umask(0o022);
  cluster = new TestCluster(['home', 'archive']);
  folder = await local.mkdtemp(join(tmpdir(), 'fuga-transfer-'));
  cluster.workingDirectory = folder;
  await local.mkdir(here('tree/sub/deep'), { recursive: true });
  writeFileSync(here('one'), 'one');
  writeFileSync(here('two'), 'two');
  writeFileSync(here('tree/file'), 'file');
  writeFileSync(here('tree/run'), '#!', { mode: 0o755 });
  writeFileSync(here('tree/sub/deep/leaf'), 'x'.repeat(600_000));
  symlinkSync('file', here('tree/link'));
});

afterEach(async () => {
  process.umask(oldUmask);
  await local.rm(folder, { recursive: true, force: true });
});

const treeNames = ['file', 'link', 'run', 'sub', 'sub/deep', 'sub/deep/leaf'];

describe('put', () => {
  test('a file to a name, or into a directory; several into a directory', async () => {
    expect(await fuga('put one home:/name')).toEqual(ok());
    const { out } = await fuga('put -v one two home:');
    expect(out.split('\n').sort()).toEqual(['', "'one' -> 'home:one'", "'two' -> 'home:two'"]);
    expect(await remoteTree()).toEqual(['name', 'one', 'two']);
    expect(await cluster.fs.readFile('/name', 'utf8')).toBe('one');
    expect(await fuga('put one two home:/none')).toEqual(
      failed("put: target 'home:/none': No such directory"),
    );
  });

  test('a tree: into a directory that is there, else under the name of the target', async () => {
    expect(await fuga('put -r tree home:/')).toEqual(ok());
    expect(await fuga('put -r tree home:/copy')).toEqual(ok());
    expect(await fuga(`put -r ${here('tree')} home:/absolute`)).toEqual(ok());
    expect(await remoteTree('/tree')).toEqual(treeNames);
    expect(await remoteTree('/absolute')).toEqual(treeNames);
    expect(await remoteTree('/copy')).toEqual(treeNames);
    expect((await cluster.fs.readFile('/copy/sub/deep/leaf')).length).toBe(600_000);
    expect(await cluster.fs.readlink('/copy/link')).toBe('file');
    expect((await cluster.fs.stat('/copy/run')).mode & 0o777).toBe(0o755);
    expect((await cluster.fs.stat('/copy/file')).mode & 0o777).toBe(0o644);
    // What ends in no name of its own goes into the target itself.
    expect(await fuga('put -r tree/. home:/copy')).toEqual(ok());
    expect(await remoteTree('/copy')).toEqual(treeNames);
  });

  test('a directory without -r is left out, and the rest is copied', async () => {
    expect(await fuga('put tree one home:/')).toEqual(
      failed("put: -r not specified; omitting directory 'tree'"),
    );
    expect(await remoteTree()).toEqual(['one']);
  });

  test('-p keeps modes and times, of directories and links, too', async () => {
    await local.chmod(here('tree/sub'), 0o500);
    await local.utimes(here('tree/file'), 1000, 2000.5);
    await local.utimes(here('tree'), 3000, 4000);
    await local.lutimes(here('tree/link'), 5000, 6000);
    expect(await fuga('put -rp tree home:/copy')).toEqual(ok());
    expect(await cluster.fs.stat('/copy/file')).toMatchObject({ atimeMs: 1e6, mtimeMs: 2000500 });
    expect(await cluster.fs.stat('/copy')).toMatchObject({ mtimeMs: 4_000_000 });
    expect(await cluster.fs.lstat('/copy/link')).toMatchObject({ mtimeMs: 6_000_000 });
    expect((await cluster.fs.stat('/copy/sub')).mode & 0o777).toBe(0o500);
    await local.chmod(here('tree/sub'), 0o700);
  });

  test('many small files: two calls each, there and back, many files at once', async () => {
    const count = 300;
    const none = { lookups: 0, creates: 0, writes: 0, reads: 0 };
    await local.mkdir(here('many'));
    for (let file = 0; file < count; file += 1) writeFileSync(here(`many/${file}`), 'small');
    const tally = async (line: string) => {
      cluster.server.calls.length = 0;
      cluster.server.concurrencyMax = 0;
      expect(await fuga(line)).toEqual(ok());
      const of = (name: string) =>
        cluster.server.calls.filter((call) => call.endsWith(name)).length;
      return {
        lookups: of('LOOKUP'),
        creates: of('CREATE'),
        writes: of('WRITE'),
        reads: of('READ'),
      };
    };
    expect(await tally('put -r many home:/')).toEqual({ ...none, creates: count, writes: count });
    expect(cluster.server.concurrencyMax).toBeGreaterThan(32);
    expect(await tally('get -r home:/many back')).toEqual({
      ...none,
      lookups: count + 2,
      reads: count,
    });
    expect(localTree('back').length).toBe(count);
  });

  test('standard input', async () => {
    expect(await fuga('put - home:/in', { stdin: 'from a pipe' })).toEqual(ok());
    expect(await cluster.fs.readFile('/in', 'utf8')).toBe('from a pipe');
    expect(await fuga('put - home:/', { stdin: '' })).toEqual(
      failed("put: cannot write standard input to 'home:/': Is a directory"),
    );
    expect(await fuga('put - home:/none/x', { stdin: 'x' })).toEqual(
      failed("put: cannot write 'home:/none/x': No such file or directory"),
    );
    expect((await fuga('put one - home:/')).err).toContain('is copied alone');
  });

  test('what is missing, what is in the way', async () => {
    await cluster.fs.mkdir('/one');
    await cluster.fs.writeFile('/tree', '');
    expect(await fuga('put none two home:/')).toEqual(
      failed("put: cannot stat 'none': No such file or directory"),
    );
    expect(await fuga('put two home:/one/')).toEqual(ok());
    expect(await fuga('put -r tree home:/tree')).toEqual(
      failed("put: cannot overwrite non-directory 'home:/tree' with directory 'tree'"),
    );
    expect(await fuga('put one home:/tree/x')).toEqual(
      failed("put: cannot create regular file 'home:/tree/x': Not a directory"),
    );
    expect((await fuga('put one')).err).toContain("missing destination file operand after 'one'");
  });

  test('a full disk is told for each file, and the small ones go on', async () => {
    cluster.server.intercept = (name, args) =>
      name === 'NFSPROC_WRITE' && (args as { data: Buffer }).data.length > 1000
        ? NfsStat.NFSERR_NOSPC
        : undefined;
    expect(await fuga('put -r tree home:/')).toEqual(
      failed("put: error writing 'home:/tree/sub/deep/leaf': No space left on device"),
    );
    expect(await cluster.fs.readFile('/tree/file', 'utf8')).toBe('file');
  });

  test('--atomic: the name appears when the file is complete; a failure leaves nothing', async () => {
    await cluster.fs.writeFile('/target', 'old');
    const seen: string[] = [];
    cluster.server.pause = async (name) => {
      if (name === 'NFSPROC_WRITE') seen.push(...cluster.server.tree.root.entries.keys());
    };
    expect(await fuga('put --atomic one home:/target')).toEqual(ok());
    expect(seen[0]).toBe('target');
    expect(seen[1]).toMatch(/^\.fuga-part-[0-9a-f]{16}$/);
    expect(await cluster.fs.readFile('/target', 'utf8')).toBe('one');
    expect(await remoteTree()).toEqual(['target']);
    cluster.server.intercept = (name) =>
      name === 'NFSPROC_WRITE' ? NfsStat.NFSERR_DQUOT : undefined;
    expect(await fuga('put --atomic two home:/target')).toEqual(
      expect.objectContaining({ code: 1 }),
    );
    expect(await remoteTree()).toEqual(['target']);
    expect(await cluster.fs.readFile('/target', 'utf8')).toBe('one');
    expect(cluster.cleanups.size).toBe(0);
  });

  test('many small files are copied at once, each directory before what is in it', async () => {
    for (let index = 0; index < 100; index += 1)
      writeFileSync(here(`tree/sub/${index}`), String(index));
    cluster.server.concurrencyMax = 0;
    expect(await fuga('put -r tree home:/')).toEqual(ok());
    expect((await cluster.fs.readdir('/tree/sub')).length).toBe(101);
    expect(cluster.server.concurrencyMax).toBeGreaterThan(8);
    const lookups = cluster.server.calls.filter((name) => name === 'NFSPROC_LOOKUP').length;
    // One for each file, and a few for each directory: nothing for the way to it.
    expect(lookups).toBeLessThan(105 + 20);
  });

  test('a bar on a terminal, for what takes its time', async () => {
    cluster.server.pause = (name) =>
      new Promise((resolve) => setTimeout(resolve, name === 'NFSPROC_WRITE' ? 900 : 0));
    const { code, err } = await fuga('put one home:/', { terminal: 100 });
    expect(code).toBe(0);
    expect(err).toContain('of 3 | 0 of 1 files');
    expect((await fuga('put two home:/', { terminal: 100 })).err).toContain('files');
    expect((await fuga('put --no-progress one home:/', { terminal: 100 })).err).toBe('');
  });
});

describe('get', () => {
  beforeEach(async () => {
    await fuga('put -r tree home:/');
    await fuga('put one home:/');
    await local.mkdir(here('to'));
  });

  test('to the working directory, to a name, into a directory', async () => {
    await local.rm(here('one'));
    expect(await fuga('get home:/one')).toEqual(ok());
    expect(readFileSync(here('one'), 'utf8')).toBe('one');
    expect(await fuga('get home:/one to/name')).toEqual(ok());
    expect(await fuga('get home:/one /tree/file to')).toEqual(ok());
    expect(localTree('to')).toEqual(['file', 'name', 'one']);
  });

  test('a tree comes back as it was; so does the root of an alias', async () => {
    expect(await fuga('get -rp home:/tree to')).toEqual(ok());
    expect(localTree('to/tree')).toEqual(treeNames);
    const leaf = readFileSync(here('to/tree/sub/deep/leaf'));
    expect(leaf.equals(readFileSync(here('tree/sub/deep/leaf')))).toBe(true);
    const [original, copy] = [
      await local.stat(here('tree/run')),
      await local.stat(here('to/tree/run')),
    ];
    expect(copy.mode).toBe(original.mode);
    await local.mkdir(here('all'));
    expect(await fuga('get -r home:/ all')).toEqual(ok());
    expect(localTree('all')).toEqual(['one', 'tree', ...treeNames.map((name) => `tree/${name}`)]);
  });

  test('patterns, and standard output', async () => {
    expect(await fuga('get home:/tree/{file,run} to')).toEqual(ok());
    expect(localTree('to')).toEqual(['file', 'run']);
    expect(await fuga('get home:/one home:/tree/file -')).toEqual(ok('onefile'));
    expect(await fuga('get home:/none -')).toEqual(
      failed('get: home:/none: No such file or directory'),
    );
  });

  test('what is missing, what is in the way', async () => {
    await local.mkdir(here('to/one'));
    expect(await fuga('get home:/none to')).toEqual(
      failed("get: cannot stat 'home:/none': No such file or directory"),
    );
    expect(await fuga('get home:/one to')).toEqual(
      failed("get: cannot create regular file 'to/one': Is a directory"),
    );
    expect(await fuga('get home:/one nowhere/x')).toEqual(
      failed("get: cannot create regular file 'nowhere/x': No such file or directory"),
    );
    expect((await fuga('get - to')).err).toContain("'-' can only be the target");
    expect(existsSync(here('nowhere'))).toBe(false);
  });
});

describe('cp', () => {
  beforeEach(() => fuga('put -r tree one home:/'));

  test('as scp: a colon makes it remote', async () => {
    expect(await fuga('cp one home:/copy')).toEqual(ok());
    expect(await fuga('cp home:/copy back')).toEqual(ok());
    expect(readFileSync(here('back'), 'utf8')).toBe('one');
    expect(await fuga('cp -r home:/tree archive:/')).toEqual(ok());
    const archive = cluster.aliases.get('archive')!;
    expect((await archive.readdir('/tree', { recursive: true })).sort()).toEqual(treeNames);
    writeFileSync(here('a:b'), 'colon');
    expect(await fuga('cp ./a:b home:/colon')).toEqual(ok());
    expect(await cluster.fs.readFile('/colon', 'utf8')).toBe('colon');
  });

  test('within an alias; links that are named are followed without -r', async () => {
    expect(await fuga('cp home:/tree/link home:/copied')).toEqual(ok());
    expect((await cluster.fs.lstat('/copied')).isFile()).toBe(true);
    expect(await fuga('cp -r home:/tree home:/again')).toEqual(ok());
    expect(await remoteTree('/again')).toEqual(treeNames);
    // A link gives way to a link.
    expect(await fuga('cp -r home:/tree home:/again')).toEqual(ok());
    expect(await fuga('cp -r home:/tree/. home:/again')).toEqual(ok());
  });

  test('never onto itself, nor into itself', async () => {
    await cluster.fs.link('/one', '/same');
    expect(await fuga('cp home:/one home:/same')).toEqual(
      failed("cp: 'home:/one' and 'home:/same' are the same file"),
    );
    expect(await cluster.fs.readFile('/one', 'utf8')).toBe('one');
    expect(await fuga('cp -r home:/tree home:/tree/sub')).toEqual(
      failed("cp: cannot copy a directory, 'home:/tree', into itself, 'home:/tree/sub/tree'"),
    );
    await cluster.fs.symlink('/tree/sub', '/way');
    expect((await fuga('cp -r home:/tree home:/way')).err).toContain('into itself');
    expect(await fuga('cp one ./one')).toEqual(failed("cp: 'one' and './one' are the same file"));
    expect(readFileSync(here('one'), 'utf8')).toBe('one');
  });

  test('two sources of one name: the second is refused, not mixed with the first', async () => {
    writeFileSync(here('tree/one'), 'another one');
    await cluster.fs.mkdir('/both');
    expect(await fuga('cp one tree/one home:/both')).toEqual(
      failed("cp: will not overwrite just-created 'home:/both/one' with 'tree/one'"),
    );
    expect(await cluster.fs.readFile('/both/one', 'utf8')).toBe('one');
  });

  test('names that are not UTF-8 come through', async () => {
    const name = Buffer.from([0xff, 0x41]);
    await cluster.fs.mkdir('/odd');
    await cluster.fs.writeFile(Buffer.concat([Buffer.from('/odd/'), name]), 'odd');
    expect(await fuga('cp -r home:/odd home:/odder')).toEqual(ok());
    expect(await cluster.fs.readdir('/odder', 'buffer')).toEqual([name]);
    expect(await fuga('get -r home:/odd .')).toEqual(ok());
    expect(readdirSync(here('odd'), 'buffer')).toEqual([name]);
    expect(await fuga('rm -r /odder')).toEqual(ok());
  });
});
