import { beforeEach, describe, expect, test } from 'vitest';
import { Ftype, NfsStat } from '../../../protocol/generated/nfs2.ts';
import { TestCluster } from '../testing/run-cli.ts';

let cluster: TestCluster;
const fuga = (line: string, options = {}) => cluster.fuga(line, options);

beforeEach(async () => {
  cluster = new TestCluster();
  const { fs } = cluster;
  await fs.mkdir('/docs/old', { recursive: true });
  await fs.writeFile('/docs/a.txt', 'aaaa');
  await fs.writeFile('/docs/b.md', 'b'.repeat(3000));
  await fs.writeFile('/docs/.hidden', '');
  await fs.writeFile('/docs/old/c.txt', 'c');
  await fs.symlink('docs/a.txt', '/link');
  await fs.symlink('docs', '/dirlink');
  await fs.writeFile('/run.sh', '#!');
  await fs.chmod('/run.sh', 0o755);
  for (const path of ['/docs/a.txt', '/docs/b.md', '/docs/old/c.txt', '/run.sh']) {
    await fs.utimes(path, 1_768_000_000, 1_768_000_000);
  }
});

const ok = (out: string) => ({ code: 0, out, err: '' });

describe('ls', () => {
  test('names, sorted, without those that start with a dot', async () => {
    expect(await fuga('ls home:/docs')).toEqual(ok('a.txt\nb.md\nold\n'));
    expect(await fuga('ls')).toEqual(ok('dirlink\ndocs\nlink\nrun.sh\n'));
    expect(await fuga('ls -a /docs')).toEqual(ok('.\n..\n.hidden\na.txt\nb.md\nold\n'));
    expect(await fuga('ls home:docs/a.txt')).toEqual(ok('home:docs/a.txt\n'));
  });

  test('what is missing is told, with 2, and the rest is listed', async () => {
    expect(await fuga('ls home:/none home:/docs/a.txt home:/docs/a.txt/x')).toEqual({
      code: 2,
      out: 'home:/docs/a.txt\n',
      err:
        "ls: cannot access 'home:/none': No such file or directory\n" +
        "ls: cannot access 'home:/docs/a.txt/x': Not a directory\n",
    });
  });

  test('several operands: files first, then directories with their names', async () => {
    expect(await fuga('ls /docs /run.sh /docs/old')).toEqual(
      ok('/run.sh\n\n/docs:\na.txt\nb.md\nold\n\n/docs/old:\nc.txt\n'),
    );
  });

  test('a link to a directory is gone through, in long form it is shown', async () => {
    expect(await fuga('ls /dirlink')).toEqual(ok('a.txt\nb.md\nold\n'));
    expect((await fuga('ls -l /dirlink')).out).toMatch(/^lrwxrwxrwx 1 .* \/dirlink -> docs\n$/);
    expect(await fuga('ls -d /docs')).toEqual(ok('/docs\n'));
  });

  test('long form: mode, links, owner, group, size, time, name', async () => {
    const { out } = await fuga('ls -l /docs/a.txt /run.sh', {});
    expect(out).toMatch(
      /^-rw-r--r-- 1 alice alice 4 Jan +9 \d\d:\d\d \/docs\/a.txt\n-rwxr-xr-x 1 alice alice 2 /,
    );
    expect((await fuga('ls -n /run.sh')).out).toMatch(/^-rwxr-xr-x 1 1000 1000 2 /);
    const listed = (await fuga('ls -lh /docs')).out.split('\n');
    expect(listed[0]).toBe('total 3.5K');
    expect(listed[2]).toMatch(/^-rw-r--r-- 1 alice alice 3.0K /);
    cluster.nowMs = Date.UTC(2028, 0, 1);
    expect((await fuga('ls -l /run.sh')).out).toMatch(/Jan +9 {2}2026 \/run.sh/);
  });

  test('-R goes down, -t, -S and -r sort', async () => {
    expect(await fuga('ls -R /docs')).toEqual(
      ok('/docs:\na.txt\nb.md\nold\n\n/docs/old:\nc.txt\n'),
    );
    expect((await fuga('ls -S /docs')).out).toMatch(/^b.md\n/);
    await cluster.fs.utimes('/docs/old', 1_768_000_001, 1_768_000_001);
    expect((await fuga('ls -t /docs')).out).toBe('old\na.txt\nb.md\n');
    expect((await fuga('ls -r /docs')).out).toBe('old\nb.md\na.txt\n');
  });

  test('-R: a directory that cannot be listed is told, with 1', async () => {
    const old = cluster.server.tree.find(
      cluster.server.tree.find(cluster.server.tree.root, 'docs'),
      'old',
    );
    const handle = cluster.server.handleOf(old);
    cluster.server.intercept = (name, args) =>
      name === 'NFSPROC_READDIR' && (args as { dir: Buffer }).dir.equals(handle)
        ? NfsStat.NFSERR_ACCES
        : undefined;
    expect(await fuga('ls -R /docs')).toEqual({
      code: 1,
      out: '/docs:\na.txt\nb.md\nold\n',
      err: "ls: cannot open directory '/docs/old': Permission denied\n",
    });
  });

  test('on a terminal: columns, colours, and no control characters', async () => {
    await cluster.fs.writeFile('/docs/evil\u001b[2Jname', '');
    const { out } = await fuga('ls /docs', { terminal: 80, environment: { NO_COLOR: '1' } });
    expect(out).toBe('a.txt  b.md  evil?[2Jname  old\n');
    const narrow = await fuga('ls /docs', { terminal: 22, environment: { NO_COLOR: '1' } });
    expect(narrow.out).toBe('a.txt  evil?[2Jname\nb.md   old\n');
    const coloured = await fuga('ls /', { terminal: 80 });
    expect(coloured.out).toContain('\u001b[1m\u001b[34mdocs\u001b[39m\u001b[22m');
    expect(coloured.out).toContain('\u001b[1m\u001b[32mrun.sh');
    expect((await fuga('ls -1 /docs/old', { terminal: 80 })).out).toBe('c.txt\n');
  });

  test('--json: one array', async () => {
    const { out } = await fuga('ls --json /docs/a.txt /docs/old');
    expect(JSON.parse(out)).toEqual([
      expect.objectContaining({ path: '/docs/a.txt', type: 'regular file', size: 4, mode: '0644' }),
      expect.objectContaining({ path: '/docs/old/c.txt', name: 'c.txt', uid: 1000 }),
    ]);
    expect((await fuga('ls --json /docs/none')).out).toBe('[]\n');
  });

  test('patterns, and names that look like one', async () => {
    expect(await fuga('ls home:/docs/*.txt')).toEqual(ok('home:/docs/a.txt\n'));
    expect(await fuga('ls /**/*.txt')).toEqual(ok('/docs/a.txt\n/docs/old/c.txt\n'));
    expect(await fuga('ls -d /docs/{a,b}.*')).toEqual(ok('/docs/a.txt\n/docs/b.md\n'));
    expect(await fuga('ls -d /d*/[a-b].*')).toEqual(
      ok('/dirlink/a.txt\n/dirlink/b.md\n/docs/a.txt\n/docs/b.md\n'),
    );
    expect((await fuga('ls /docs/*.zip')).err).toBe(
      "ls: cannot access '/docs/*.zip': No such file or directory\n",
    );
    await cluster.fs.writeFile('/docs/*.txt', '');
    expect(await fuga('ls /docs/*.txt')).toEqual(ok('/docs/*.txt\n'));
  });

  test('types of their own', async () => {
    const { tree } = cluster.server;
    tree.add(tree.root, 'pipe', tree.make(Ftype.NFFIFO, 0o644));
    expect((await fuga('ls -l /pipe')).out).toMatch(/^prw-r--r-- /);
  });
});

describe('cat', () => {
  test('files one after the other, and standard input', async () => {
    expect(await fuga('cat home:/docs/a.txt /docs/old/c.txt')).toEqual(ok('aaaac'));
    expect(await fuga('cat', { stdin: 'in' })).toEqual(ok('in'));
    expect(await fuga('cat /docs/old/c.txt - /run.sh', { stdin: '-in-' })).toEqual(ok('c-in-#!'));
  });

  test('what cannot be read is told, with 1, and the rest is printed', async () => {
    expect(await fuga('cat /none /docs /docs/a.txt')).toEqual({
      code: 1,
      out: 'aaaa',
      err: 'cat: /none: No such file or directory\ncat: /docs: Is a directory\n',
    });
  });
});

describe('stat', () => {
  test('everything about a file', async () => {
    const { code, out } = await fuga('stat home:/docs/a.txt');
    expect(code).toBe(0);
    expect(out).toContain('  File: home:/docs/a.txt\n  Size: 4 ');
    expect(out).toContain('Blocks: 1          IO Block: 4096   regular file\n');
    expect(out).toContain('Access: (0644/-rw-r--r--)  Uid: ( 1000/   alice)   Gid: ( 1000/');
    expect(out).toMatch(/Modify: 2026-01-\d\d \d\d:\d\d:40\.000000000 [-+]\d{4}\n/);
  });

  test('a link itself, or with -L what it leads to', async () => {
    expect((await fuga('stat /link')).out).toContain('  File: /link -> docs/a.txt\n');
    expect((await fuga('stat -L /link')).out).toContain('regular file');
    expect(JSON.parse((await fuga('stat --json /link')).out)).toEqual([
      expect.objectContaining({ type: 'symbolic link', target: 'docs/a.txt' }),
    ]);
  });

  test('what is missing', async () => {
    expect(await fuga('stat home:/none')).toEqual({
      code: 1,
      out: '',
      err: "stat: cannot stat 'home:/none': No such file or directory\n",
    });
  });
});

describe('find', () => {
  test('everything below, in order; options with one hyphen', async () => {
    expect(await fuga('find /docs')).toEqual(
      ok('/docs\n/docs/.hidden\n/docs/a.txt\n/docs/b.md\n/docs/old\n/docs/old/c.txt\n'),
    );
    expect(await fuga('find home:/docs -name *.txt')).toEqual(
      ok('home:/docs/a.txt\nhome:/docs/old/c.txt\n'),
    );
    expect(await fuga('find /docs -type d')).toEqual(ok('/docs\n/docs/old\n'));
    expect(await fuga('find / -type l,d -maxdepth 1')).toEqual(ok('/\n/dirlink\n/docs\n/link\n'));
    expect(await fuga('find /docs -mindepth 2')).toEqual(ok('/docs/old/c.txt\n'));
    expect(await fuga('find /docs -iname A.TXT -print0')).toEqual(ok('/docs/a.txt\0'));
    expect(await fuga('find /docs -name .*')).toEqual(ok('/docs/.hidden\n'));
  });

  test('--json, and what is missing', async () => {
    const { code, out, err } = await fuga('find --json /docs/old /none');
    expect([code, err]).toEqual([1, "find: '/none': No such file or directory\n"]);
    expect((JSON.parse(out) as { path: string }[]).map(({ path }) => path)).toEqual([
      '/docs/old',
      '/docs/old/c.txt',
    ]);
  });

  test('a wrong type or depth', async () => {
    expect((await fuga('find / -type x')).err).toContain("Unknown type 'x'");
    expect((await fuga('find / -maxdepth -1')).code).toBe(1);
  });
});

describe('tree', () => {
  test('branches, links, and a sum', async () => {
    expect(await fuga('tree /')).toEqual(
      ok(
        [
          '/',
          '├── dirlink -> docs',
          '├── docs',
          '│   ├── a.txt',
          '│   ├── b.md',
          '│   └── old',
          '│       └── c.txt',
          '├── link -> docs/a.txt',
          '└── run.sh',
          '',
          '2 directories, 6 files',
          '',
        ].join('\n'),
      ),
    );
  });

  test('-d, -a and -L', async () => {
    expect((await fuga('tree -d home:/')).out).toBe(
      'home:/\n└── docs\n    └── old\n\n2 directories\n',
    );
    expect((await fuga('tree -a -L 1 /docs')).out).toBe(
      '/docs\n├── .hidden\n├── a.txt\n├── b.md\n└── old\n\n1 directory, 3 files\n',
    );
  });

  test('--json: nested', async () => {
    const [root] = JSON.parse((await fuga('tree --json /docs')).out) as { contents: unknown[] }[];
    expect(root).toMatchObject({
      path: '/docs',
      contents: [
        { name: 'a.txt' },
        { name: 'b.md' },
        { name: 'old', contents: [{ name: 'c.txt' }] },
      ],
    });
    expect((await fuga('tree /none')).code).toBe(1);
  });
});

describe('du', () => {
  test('directories in units of 1024 bytes, what is below first', async () => {
    await cluster.fs.link('/docs/b.md', '/docs/old/again');
    expect(await fuga('du /docs')).toEqual(ok('1\t/docs/old\n4\t/docs\n'));
    expect((await fuga('du -b /docs')).out).toBe('1\t/docs/old\n3005\t/docs\n');
    expect(await fuga('du -s /docs /run.sh')).toEqual(ok('4\t/docs\n1\t/run.sh\n'));
    expect((await fuga('du -sh /docs')).out).toBe('4.0K\t/docs\n');
    expect((await fuga('du -a -d 1 /docs')).out).toContain('\t/docs/a.txt\n');
    expect(JSON.parse((await fuga('du -s --json /docs/old')).out)).toEqual([
      { path: '/docs/old', bytes: 3584 },
    ]);
  });

  test('what is missing', async () => {
    expect(await fuga('du /none')).toEqual({
      code: 1,
      out: '',
      err: "du: cannot access '/none': No such file or directory\n",
    });
  });
});

describe('df', () => {
  test('of one alias, or of all that are served', async () => {
    const port = {
      host: '127.0.0.1',
      port: 1,
      transport: 'tcp' as const,
      epoch: 1,
      node: 'a',
      areaUi: '',
    };
    cluster.answers = [
      { url: 'x', ok: true, aliases: [{ name: 'home', statement: { kind: 'port', port } }] },
    ];
    const table = 'Alias 1K-blocks Used Available Use%\nhome:      4000 2400      1200  67%\n';
    expect(await fuga('df /')).toEqual(ok(table));
    expect(await fuga('df')).toEqual(ok(table));
    expect((await fuga('df -h /docs')).out).toContain('home: 4.0M 2.4M  1.2M  67%');
    expect(JSON.parse((await fuga('df --json home:/')).out)).toEqual([
      { alias: 'home', totalBytes: 4_096_000, usedBytes: 2_457_600, availableBytes: 1_228_800 },
    ]);
  });

  test('what is missing, and no PAM', async () => {
    expect((await fuga('df /none')).err).toBe('df: /none: No such file or directory\n');
    cluster.answers = [{ url: 'http://pam:1', ok: false, reason: 'refused' }];
    expect(await fuga('df')).toEqual({
      code: 1,
      out: '',
      err: 'df: no port alias manager answers (http://pam:1: refused)\n',
    });
  });
});
