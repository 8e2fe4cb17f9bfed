import { beforeEach, describe, expect, test } from 'vitest';
import { NfsStat } from '../../../protocol/generated/nfs2.ts';
import { TestCluster } from '../testing/run-cli.ts';

let cluster: TestCluster;
const fuga = (line: string, options = {}) => cluster.fuga(line, options);
const ok = (out = '') => ({ code: 0, out, err: '' });
const failed = (err: string, out = '') => ({ code: 1, out, err: `${err}\n` });
const tree = async () => (await cluster.fs.readdir('/', { recursive: true })).sort();
const modeOf = async (path: string) =>
  ((await cluster.fs.lstat(path)).mode & 0o7777).toString(8).padStart(4, '0');

beforeEach(() => {
  cluster = new TestCluster(['home', 'archive']);
});

describe('mkdir and rmdir', () => {
  test('mkdir makes directories, with -p those above, too', async () => {
    expect(await fuga('mkdir home:/a /b')).toEqual(ok());
    expect(await fuga('mkdir /a/b/c')).toEqual(
      failed("mkdir: cannot create directory '/a/b/c': No such file or directory"),
    );
    expect(await fuga('mkdir -pv /a/b/c /a/b/c')).toEqual(
      ok("mkdir: created directory '/a/b/c'\n"),
    );
    expect(await fuga('mkdir /a home:/d')).toEqual(
      failed("mkdir: cannot create directory '/a': File exists"),
    );
    expect(await tree()).toEqual(['a', 'a/b', 'a/b/c', 'b', 'd']);
  });

  test('mkdir -m: octal, symbolic, and the sticky bit; the umask has no part in it', async () => {
    await fuga('mkdir /plain');
    await fuga('mkdir -m 0777 /open');
    await fuga('mkdir -m 1770 /sticky');
    await fuga('mkdir -m go-rwx /own');
    expect(await Promise.all(['/plain', '/open', '/sticky', '/own'].map(modeOf))).toEqual([
      '0755',
      '0777',
      '1770',
      '0700',
    ]);
    expect(await fuga('mkdir -m 99 /x')).toEqual(
      failed("mkdir: invalid mode '99'\nTry 'fuga mkdir --help' for more information."),
    );
  });

  test('rmdir, and with -p those above that are empty then', async () => {
    await fuga('mkdir -p /a/b/c /x');
    await cluster.fs.writeFile('/x/file', '');
    expect(await fuga('rmdir /x /none /x/file')).toEqual(
      failed(
        "rmdir: failed to remove '/x': Directory not empty\n" +
          "rmdir: failed to remove '/none': No such file or directory\n" +
          "rmdir: failed to remove '/x/file': Not a directory",
      ),
    );
    expect(await fuga('rmdir -pv home:/a/b/c')).toEqual(
      ok(
        "rmdir: removing directory, 'home:/a/b/c'\nrmdir: removing directory, 'home:/a/b'\nrmdir: removing directory, 'home:/a'\n",
      ),
    );
    expect(await tree()).toEqual(['x', 'x/file']);
  });
});

describe('rm', () => {
  beforeEach(async () => {
    await fuga('mkdir -p /dir/deep');
    await fuga('touch /file /dir/one /dir/two /dir/deep/three');
  });

  test('files; a directory needs -r', async () => {
    expect(await fuga('rm home:/file /dir')).toEqual(
      failed("rm: cannot remove '/dir': Is a directory"),
    );
    expect(await fuga('rm /none')).toEqual(
      failed("rm: cannot remove '/none': No such file or directory"),
    );
    expect(await fuga('rm -f /none /none/x')).toEqual(ok());
    expect(await fuga('rm -r /dir')).toEqual(ok());
    expect(await tree()).toEqual([]);
  });

  test('-v tells what is gone, from the leaves up', async () => {
    const { out } = await fuga('rm -rv home:/dir');
    expect(out).toContain("removed 'home:/dir/deep/three'\n");
    expect(out).toMatch(
      /removed directory 'home:\/dir\/deep'\n[^]*removed directory 'home:\/dir'\n$/,
    );
  });

  test('what cannot be removed is told, and all the rest is', async () => {
    cluster.server.intercept = (name, args) =>
      name === 'NFSPROC_REMOVE' && (args as { name: string }).name === 'one'
        ? NfsStat.NFSERR_ACCES
        : undefined;
    expect(await fuga('rm -r /dir /file')).toEqual(
      failed("rm: cannot remove '/dir/one': Permission denied"),
    );
    expect(await tree()).toEqual(['dir', 'dir/one']);
  });

  test('patterns; -d for empty directories', async () => {
    await fuga('mkdir /empty');
    expect(await fuga('rm -d /empty /dir/t*')).toEqual(ok());
    expect(await tree()).toEqual(['dir', 'dir/deep', 'dir/deep/three', 'dir/one', 'file']);
    expect((await fuga('rm -d /dir')).err).toBe("rm: cannot remove '/dir': Directory not empty\n");
  });

  test('never the root, nor . and ..', async () => {
    expect(await fuga('rm -rf home:/ /dir/. /dir/..')).toEqual(
      failed(
        "rm: refusing to remove the root of an alias: 'home:/'\n" +
          "rm: refusing to remove '.' or '..' directory: skipping '/dir/.'\n" +
          "rm: refusing to remove '.' or '..' directory: skipping '/dir/..'",
      ),
    );
    expect((await fuga('rm')).err).toContain('rm: missing operand');
    expect(await fuga('rm -f')).toEqual(ok());
    expect((await tree()).length).toBe(6);
  });
});

describe('mv', () => {
  beforeEach(async () => {
    await fuga('mkdir -p /dir /other/inside');
    await cluster.fs.writeFile('/file', 'content');
  });

  test('renames, and moves into directories', async () => {
    expect(await fuga('mv -v home:/file /name')).toEqual(ok("renamed 'home:/file' -> '/name'\n"));
    expect(await fuga('mv /name /other /dir')).toEqual(ok());
    expect(await tree()).toEqual(['dir', 'dir/name', 'dir/other', 'dir/other/inside']);
  });

  test('what makes no sense is told', async () => {
    await fuga('touch /second');
    expect(await fuga('mv /none /x')).toEqual(
      failed("mv: cannot stat '/none': No such file or directory"),
    );
    expect(await fuga('mv /file /file')).toEqual(
      failed("mv: '/file' and '/file' are the same file"),
    );
    expect(await fuga('mv /other /other/inside')).toEqual(
      failed("mv: cannot move '/other' to a subdirectory of itself, '/other/inside/other'"),
    );
    expect(await fuga('mv /file /second /x')).toEqual(failed("mv: target '/x': No such directory"));
    expect(await fuga('mv /other /second')).toEqual(
      failed("mv: cannot move '/other' to '/second': Not a directory"),
    );
    expect((await fuga('mv /file')).err).toContain(
      "missing destination file operand after '/file'",
    );
  });

  test('-n leaves what exists alone', async () => {
    await cluster.fs.writeFile('/second', 'second');
    expect(await fuga('mv -n /file /second')).toEqual(ok());
    expect(await cluster.fs.readFile('/second', 'utf8')).toBe('second');
    expect(await fuga('mv /file /second')).toEqual(ok());
    expect(await cluster.fs.readFile('/second', 'utf8')).toBe('content');
  });

  test('to another alias: copied with everything, then removed', async () => {
    await cluster.fs.writeFile('/other/inside/leaf', 'leaf', { mode: 0o600 });
    await cluster.fs.utimes('/other/inside/leaf', 1000, 2000);
    expect(await fuga('mv home:/other archive:/kept')).toEqual(ok());
    const archive = cluster.aliases.get('archive')!;
    expect(await archive.readFile('/kept/inside/leaf', 'utf8')).toBe('leaf');
    expect(await archive.stat('/kept/inside/leaf')).toMatchObject({ mtimeMs: 2_000_000 });
    expect(await tree()).toEqual(['dir', 'file']);
  });

  test('to another alias: nothing is removed where something was not copied', async () => {
    cluster.servers.get('archive')!.intercept = (name) =>
      name === 'NFSPROC_WRITE' ? NfsStat.NFSERR_NOSPC : undefined;
    expect(await fuga('mv home:/file archive:/')).toEqual(
      failed("mv: error writing 'archive:/file': No space left on device"),
    );
    expect(await cluster.fs.readFile('/file', 'utf8')).toBe('content');
  });
});

describe('ln', () => {
  beforeEach(async () => {
    await fuga('mkdir /dir');
    await cluster.fs.writeFile('/file', 'content');
  });

  test('hard links', async () => {
    expect(await fuga('ln -v home:/file home:/hard')).toEqual(ok("'home:/hard' => 'home:/file'\n"));
    expect(await fuga('ln /file /dir')).toEqual(ok());
    expect((await cluster.fs.stat('/dir/file')).nlink).toBe(3);
    expect(await fuga('ln /dir /x')).toEqual(
      failed('ln: /dir: hard link not allowed for directory'),
    );
    expect(await fuga('ln /none /x')).toEqual(
      failed("ln: failed to access '/none': No such file or directory"),
    );
    expect(await fuga('ln home:/file archive:/x')).toEqual(
      failed(
        "ln: failed to create hard link 'archive:/x' => 'home:/file': Invalid cross-device link",
      ),
    );
  });

  test('symbolic links: the text as it is given', async () => {
    expect(await fuga('ln -s ../up/there home:/dir/link')).toEqual(ok());
    expect(await fuga('ln -sv home:/file /dir')).toEqual(ok("'/dir/file' -> '/file'\n"));
    expect(await cluster.fs.readlink('/dir/link')).toBe('../up/there');
    expect(await cluster.fs.readFile('/dir/file', 'utf8')).toBe('content');
  });

  test('a name that is taken needs -f; -n replaces a link to a directory', async () => {
    expect(await fuga('ln -s x /file')).toEqual(
      failed("ln: failed to create symbolic link '/file': File exists"),
    );
    expect(await fuga('ln -sf x /file')).toEqual(ok());
    await fuga('ln -s dir /current');
    expect(await fuga('ln -sfn other /current')).toEqual(ok());
    expect(await cluster.fs.readlink('/current')).toBe('other');
    expect(await fuga('ln -s a b /file')).toEqual(failed("ln: target '/file': Not a directory"));
  });
});

describe('chmod and chown', () => {
  beforeEach(async () => {
    await fuga('mkdir -p /dir/deep');
    await fuga('touch /dir/one /dir/deep/two');
    await cluster.fs.symlink('one', '/dir/link');
  });

  test('chmod: octal and symbolic, with a hyphen first, too', async () => {
    expect(await fuga('chmod 640 home:/dir/one')).toEqual(ok());
    expect(await modeOf('/dir/one')).toBe('0640');
    expect(await fuga('chmod -w /dir/one')).toEqual(ok());
    expect(await modeOf('/dir/one')).toBe('0440');
    expect(await fuga('chmod u+w,g=u,o+x /dir/link')).toEqual(ok());
    expect(await modeOf('/dir/one')).toBe('0661');
    expect(await fuga('chmod -v a+r /dir/one')).toEqual(
      ok("mode of '/dir/one' changed from 0661 (rw-rw---x) to 0665\n"),
    );
  });

  test('chmod -R: all below; X for directories only; links left alone', async () => {
    expect(await fuga('chmod -R u=rwX,go= /dir')).toEqual(ok());
    expect(
      await Promise.all(
        ['/dir', '/dir/deep', '/dir/one', '/dir/deep/two', '/dir/link'].map(modeOf),
      ),
    ).toEqual(['0700', '0700', '0600', '0600', '0777']);
  });

  test('chmod: what is wrong', async () => {
    expect(await fuga('chmod 644 /none')).toEqual(
      failed("chmod: cannot access '/none': No such file or directory"),
    );
    expect((await fuga('chmod u+q /dir')).err).toContain("chmod: invalid mode: 'u+q'");
    expect((await fuga('chmod 644')).err).toContain("chmod: missing operand after '644'");
    cluster.server.intercept = (name) =>
      name === 'NFSPROC_SETATTR' ? NfsStat.NFSERR_PERM : undefined;
    expect(await fuga('chmod 644 /dir/one')).toEqual(
      failed("chmod: changing permissions of '/dir/one': Operation not permitted"),
    );
  });

  test('chown: numbers and names, user and group', async () => {
    expect(await fuga('chown 5:6 home:/dir/one')).toEqual(ok());
    expect(await cluster.fs.stat('/dir/one')).toMatchObject({ uid: 5, gid: 6 });
    expect(await fuga('chown alice /dir/one')).toEqual(ok());
    expect(await fuga('chown -v :staff /dir/one')).toEqual(
      ok("changed ownership of '/dir/one' to :staff\n"),
    );
    expect(await cluster.fs.stat('/dir/one')).toMatchObject({ uid: 1000, gid: 50 });
    expect(await fuga('chown -R 7 /dir')).toEqual(ok());
    expect(await cluster.fs.lstat('/dir/link')).toMatchObject({ uid: 7 });
    expect(await cluster.fs.lstat('/dir/deep/two')).toMatchObject({ uid: 7 });
  });

  test('chown: what is wrong', async () => {
    expect((await fuga('chown bob /dir')).err).toContain("chown: invalid user: 'bob'");
    expect((await fuga('chown 1:bobs /dir')).err).toContain("chown: invalid group: '1:bobs'");
    expect((await fuga('chown : /dir')).err).toContain("chown: invalid owner: ':'");
    expect(await fuga('chown 1 /none')).toEqual(
      failed("chown: cannot access '/none': No such file or directory"),
    );
  });
});

describe('touch and truncate', () => {
  test('touch makes files and sets times', async () => {
    expect(await fuga('touch home:/new')).toEqual(ok());
    expect((await cluster.fs.stat('/new')).mtimeMs).toBe(cluster.nowMs);
    expect(await fuga('touch -d 2020-02-03T04:05:06Z /new')).toEqual(ok());
    expect((await cluster.fs.stat('/new')).mtime.toISOString()).toBe('2020-02-03T04:05:06.000Z');
    expect(await fuga('touch -a -d @86400.5 /new')).toEqual(ok());
    expect(await cluster.fs.stat('/new')).toMatchObject({
      atimeMs: 86_400_500,
      mtimeMs: Date.UTC(2020, 1, 3, 4, 5, 6),
    });
    expect(await fuga('touch -m -d yesterday /new')).toEqual(ok());
    expect((await cluster.fs.stat('/new')).mtimeMs).toBe(cluster.nowMs - 86_400_000);
  });

  test('touch -c makes nothing; what is wrong', async () => {
    expect(await fuga('touch -c /none')).toEqual(ok());
    expect(await tree()).toEqual([]);
    expect(await fuga('touch /none/x')).toEqual(
      failed("touch: cannot touch '/none/x': No such file or directory"),
    );
    expect((await fuga('touch -d never /x')).err).toContain("touch: invalid date format 'never'");
  });

  test('truncate: sizes, longer, shorter', async () => {
    const size = async () => (await cluster.fs.stat('/file')).size;
    expect(await fuga('truncate -s 2K home:/file')).toEqual(ok());
    expect(await size()).toBe(2048);
    expect(await fuga('truncate -s +1KB /file')).toEqual(ok());
    expect(await size()).toBe(3048);
    expect(await fuga('truncate -s -48 /file')).toEqual(ok());
    expect(await size()).toBe(3000);
    expect(await fuga('truncate -c -s 0 /none')).toEqual(ok());
    expect(await tree()).toEqual(['file']);
  });

  test('truncate: what is wrong', async () => {
    expect(await fuga('truncate -s 0 /none/x')).toEqual(
      failed("truncate: cannot open '/none/x' for writing: No such file or directory"),
    );
    expect((await fuga('truncate -s much /x')).err).toContain("truncate: Invalid number: 'much'");
    expect((await fuga('truncate -s 5G /x')).err).toBe(
      "truncate: cannot open '/x' for writing: File too large\n",
    );
    expect((await fuga('truncate /x')).err).toContain("required option '-s, --size <size>'");
  });
});
