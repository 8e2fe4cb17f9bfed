import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  opendirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  renameSync,
  rmdirSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { strict as assert } from 'node:assert';

/*
 * What a guest kernel does on a mount of ours, in the current directory: `node guest.ts v3 [seconds]`. One line for each check,
 * `ok NAME` or `not ok NAME: why`. What is checked is what the suites of NFS's developers check: names, data, times,
 * permissions, and what programs do with files that are removed or renamed while they are open.
 */

const [version, seconds = '0'] = process.argv.slice(2);
const user = 1_000;
const is64 = version === 'v3';

const checks: Readonly<Record<string, () => void>> = {
  'a tree of directories and files is made and removed': () => {
    const paths = ['t', 't/a', 't/b', 't/a/x', 't/a/y'];
    for (const path of paths) mkdirSync(path);
    for (const path of paths)
      for (const name of ['1', '2', '3']) writeFileSync(`${path}/${name}`, name);
    assert.equal(statSync('t').nlink, 4);
    assert.equal(readdirSync('t', { recursive: true }).length, 19);
    rmSync('t', { recursive: true });
    assert.equal(existsSync('t'), false);
  },
  'a directory of 500 names is listed whole, also while names are removed': () => {
    mkdirSync('many');
    for (let at = 0; at < 500; at += 1) writeFileSync(`many/file-${at}`, '');
    assert.equal(new Set(readdirSync('many')).size, 500);
    const seen = new Set<string>();
    const open = opendirSync('many', { bufferSize: 8 });
    for (let entry = open.readSync(); entry !== null; entry = open.readSync()) {
      seen.add(entry.name);
      unlinkSync(`many/${entry.name}`);
    }
    open.closeSync();
    assert.equal(seen.size, 500);
    rmdirSync('many');
  },
  'links, symbolic links and renames': () => {
    writeFileSync('f', 'content');
    linkSync('f', 'g');
    assert.equal(statSync('g').nlink, 2);
    symlinkSync('g', 's');
    assert.equal(readlinkSync('s'), 'g');
    assert.equal(readFileSync('s', 'utf8'), 'content');
    writeFileSync('h', 'over');
    renameSync('h', 'g');
    assert.equal(readFileSync('g', 'utf8'), 'over');
    assert.equal(statSync('f').nlink, 1);
    for (const name of ['f', 'g', 's']) unlinkSync(name);
  },
  'errors have their names': () => {
    mkdirSync('d');
    writeFileSync('d/f', '');
    fails('EEXIST', () => mkdirSync('d'));
    fails('ENOTEMPTY', () => rmdirSync('d'));
    fails('ENOENT', () => readFileSync('d/none'));
    fails('ENOTDIR', () => readFileSync('d/f/x'));
    fails('EEXIST', () => openSync('d/f', 'wx'));
    fails('ENAMETOOLONG', () => writeFileSync('n'.repeat(256), ''));
    fails('EISDIR', () => openSync('d', 'w'));
    mkdirSync('d/e');
    fails('EINVAL', () => renameSync('d', 'd/e/f'));
    fails('EISDIR', () => renameSync('d/f', 'd/e'));
    fails('ENOTDIR', () => renameSync('d/e', 'd/f'));
    rmSync('d', { recursive: true });
  },
  'a file that is removed while it is open is read and written until it is closed': () => {
    const fd = openSync('open', 'w+');
    writeSync(fd, 'first');
    unlinkSync('open');
    writeSync(fd, ' second');
    assert.equal(readAll(fd), 'first second');
    closeSync(fd);
    assert.deepEqual(
      readdirSync('.').filter((name) => name.startsWith('.nfs')),
      [],
    );
  },
  'a file that is renamed or whose mode is taken away goes on while it is open': () => {
    const fd = openSync('old', 'w+');
    renameSync('old', 'new');
    chmodSync('new', 0);
    writeSync(fd, 'written');
    fsyncSync(fd);
    assert.equal(readAll(fd), 'written');
    closeSync(fd);
    unlinkSync('new');
  },
  'holes read as zeros, truncation cuts and extends': () => {
    const fd = openSync('hole', 'w+');
    writeSync(fd, 'end', 200_000);
    const bytes = Buffer.alloc(200_003, 1);
    readSync(fd, bytes, 0, bytes.length, 0);
    assert.ok(bytes.subarray(0, 200_000).every((byte) => byte === 0));
    ftruncateSync(fd, 10);
    ftruncateSync(fd, 20);
    closeSync(fd);
    assert.deepEqual(readFileSync('hole'), Buffer.alloc(20));
    truncateSync('hole', 0);
    assert.equal(statSync('hole').size, 0);
    unlinkSync('hole');
  },
  'appending from two descriptors loses nothing': () => {
    const [one, two] = [openSync('log', 'a'), openSync('log', 'a')];
    for (let turn = 0; turn < 20; turn += 1) {
      writeSync(one, 'a');
      fsyncSync(one);
      writeSync(two, 'b');
      fsyncSync(two);
    }
    closeSync(one);
    closeSync(two);
    assert.equal(readFileSync('log', 'utf8'), 'ab'.repeat(20));
    unlinkSync('log');
  },
  'large offsets': () => {
    const offset = is64 ? 5 * 2 ** 30 : 2 ** 31 - 4_096;
    const fd = openSync('large', 'w+');
    writeSync(fd, 'far', offset);
    fsyncSync(fd);
    assert.equal(statSync('large').size, offset + 3);
    const bytes = Buffer.alloc(3);
    readSync(fd, bytes, 0, 3, offset);
    assert.equal(bytes.toString(), 'far');
    closeSync(fd);
    unlinkSync('large');
  },
  'eight megabytes come back as they were': () => {
    const bytes = Buffer.alloc(8 << 20);
    for (let at = 0; at < bytes.length; at += 4)
      bytes.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
    writeFileSync('bulk', bytes);
    dropCaches();
    assert.ok(readFileSync('bulk').equals(bytes));
    unlinkSync('bulk');
  },
  'random writes, reads and truncations agree with a copy in memory': () => {
    const random = generator(1);
    const most = 300_000;
    let copy = Buffer.alloc(0);
    const fd = openSync('random', 'w+');
    for (let turn = 0; turn < 400; turn += 1) {
      const [at, length] = [random(most), 1 + random(20_000)];
      switch (random(5)) {
        case 0:
        case 1: {
          const bytes = Buffer.alloc(length, 1 + random(255));
          const grown = Buffer.alloc(Math.max(copy.length, at + length));
          copy.copy(grown);
          bytes.copy(grown, at);
          copy = grown;
          assert.equal(writeSync(fd, bytes, 0, length, at), length);
          break;
        }
        case 2:
          ftruncateSync(fd, at);
          copy = Buffer.concat([copy.subarray(0, at)], at);
          break;
        case 3:
          fsyncSync(fd);
          dropCaches();
          break;
        default: {
          const bytes = Buffer.alloc(length);
          const read = readSync(fd, bytes, 0, length, at);
          assert.ok(bytes.subarray(0, read).equals(copy.subarray(at, at + length)), `turn ${turn}`);
        }
      }
    }
    closeSync(fd);
    dropCaches();
    assert.ok(readFileSync('random').equals(copy));
    unlinkSync('random');
  },
  'times of files and of symbolic links can be set': () => {
    writeFileSync('t', '');
    utimesSync('t', 1_000_000_000.5, 1_100_000_000.25);
    assert.equal(statSync('t').atimeMs, 1_000_000_000_500);
    assert.equal(statSync('t').mtimeMs, 1_100_000_000_250);
    symlinkSync('t', 'ts');
    if (is64) {
      lutimesSync('ts', 1_000_000_000, 1_200_000_000);
      assert.equal(lstatSync('ts').mtimeMs, 1_200_000_000_000);
    }
    assert.equal(statSync('t').mtimeMs, 1_100_000_000_250);
    const { ctimeMs } = statSync('t');
    chmodSync('t', 0o600);
    assert.ok(statSync('t').ctimeMs > ctimeMs);
    unlinkSync('t');
    unlinkSync('ts');
  },
  'special files': () => {
    run('mkfifo fifo && mknod null c 1 3 && mknod loop b 7 1');
    assert.ok(lstatSync('fifo').isFIFO());
    assert.ok(lstatSync('null').isCharacterDevice());
    assert.equal(lstatSync('null').rdev, 0x103);
    assert.ok(lstatSync('loop').isBlockDevice());
    run('rm fifo null loop');
  },
  'permissions of a user who is not root': () => {
    mkdirSync('p');
    chmodSync('p', 0o755);
    writeFileSync('p/secret', 'root');
    chmodSync('p/secret', 0o600);
    mkdirSync('p/sticky');
    chmodSync('p/sticky', 0o1777);
    writeFileSync('p/sticky/root', '');
    mkdirSync('p/setgid');
    chownSync('p/setgid', 0, 4_242);
    chmodSync('p/setgid', 0o2777);
    const as = (script: string): number | null =>
      spawnSync('sh', ['-c', script], { uid: user, gid: user, stdio: 'ignore' }).status;
    assert.notEqual(as('cat p/secret'), 0);
    assert.notEqual(as('touch p/mine'), 0);
    assert.notEqual(as('rm -f p/sticky/root'), 0);
    assert.equal(as('echo x > p/sticky/mine && chmod 600 p/sticky/mine && cat p/sticky/mine'), 0);
    assert.notEqual(as('chown 0 p/sticky/mine'), 0);
    assert.equal(as('touch p/setgid/f && mkdir p/setgid/d'), 0);
    assert.equal(statSync('p/setgid/f').gid, 4_242);
    assert.equal(statSync('p/setgid/d').mode & 0o7777, 0o2755);
    // What a process wrote to with a mode that forbids it to open it again.
    assert.equal(
      as('umask 0777 && echo text > p/sticky/none && test "$(stat -c %s p/sticky/none)" = 5'),
      0,
    );
    assert.equal(as('cd p/sticky && echo x > prog && chmod 4755 prog && echo y >> prog'), 0);
    assert.equal(statSync('p/sticky/prog').mode & 0o7777, 0o755);
    rmSync('p', { recursive: true });
  },
  'an exclusive create makes a file once': () => {
    const fd = openSync('lock', constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o640);
    closeSync(fd);
    assert.equal(statSync('lock').mode & 0o7777, 0o640);
    fails('EEXIST', () =>
      openSync('lock', constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY),
    );
    unlinkSync('lock');
  },
  'a moved directory keeps what it holds, and its parent': () => {
    run(
      'mkdir -p m/a/b m/c && echo x > m/a/b/f && mv m/a/b m/c/ && test -f m/c/b/f && test "$(stat -c %i m/c)" = "$(stat -c %i m/c/b/..)"',
    );
    rmSync('m', { recursive: true });
  },
  'copies with all attributes, an archive, and a repository': () => {
    run(
      'mkdir src && cp -a /usr/share/common-licenses src/ && cp -a src copy && diff -r --no-dereference src copy',
    );
    run(
      'tar cf a.tar src && mkdir out && tar xf a.tar -C out && diff -r --no-dereference src out/src',
    );
    rmSync('src', { recursive: true });
    rmSync('copy', { recursive: true });
    rmSync('out', { recursive: true });
    unlinkSync('a.tar');
  },
  'file locks among the processes of one client': () => {
    run('touch l && flock -n l sh -c "! flock -n l true" && flock -n l true && rm l');
  },
  'the file system tells its size': () => {
    const { bsize, blocks, bavail } = statfsSync('.');
    assert.ok(bsize > 0 && blocks > 0 && bavail > 0 && bavail <= blocks);
  },
};

for (const [name, check] of Object.entries(checks)) report(name, check);
if (Number(seconds) > 0) {
  console.log('now the primary may die');
  report('nothing fails and nothing is lost while a server takes over', () => {
    useFor(Number(seconds) * 1_000);
  });
}
report('nothing is left', () => {
  assert.deepEqual(readdirSync('.'), []);
});

/** Makes, renames, links and removes, each of which would fail if it were done twice. */
function useFor(ms: number): void {
  const endMs = performance.now() + ms;
  const kept: string[] = [];
  for (let turn = 0; performance.now() < endMs; turn += 1) {
    mkdirSync('w');
    const fd = openSync('w/new', 'wx');
    writeSync(fd, `content ${turn}`);
    fsyncSync(fd);
    closeSync(fd);
    linkSync('w/new', 'w/linked');
    renameSync('w/new', `kept-${turn}`);
    unlinkSync('w/linked');
    symlinkSync('x', 'w/s');
    unlinkSync('w/s');
    rmdirSync('w');
    kept.push(`kept-${turn}`);
  }
  dropCaches();
  for (const [turn, name] of kept.entries()) {
    assert.equal(readFileSync(name, 'utf8'), `content ${turn}`);
    unlinkSync(name);
  }
  console.log(`${kept.length} turns`);
}

function report(name: string, check: () => void): void {
  try {
    check();
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(
      `not ok ${name}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`.replaceAll(
        '\n',
        ' | ',
      ),
    );
  }
}

function fails(code: string, action: () => unknown): void {
  assert.throws(action, { code });
}

/** Whole numbers from 0 up to a limit, always the same ones. */
function generator(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

function readAll(fd: number): string {
  const bytes = Buffer.alloc(1_000);
  return bytes.toString('utf8', 0, readSync(fd, bytes, 0, bytes.length, 0));
}

function run(script: string): void {
  const { status, stderr } = spawnSync('sh', ['-ec', script], { encoding: 'utf8' });
  assert.equal(status, 0, `${script}: ${stderr}`);
}

/** The next look asks the server. */
function dropCaches(): void {
  writeFileSync('/proc/sys/vm/drop_caches', '3');
}
