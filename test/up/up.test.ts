import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { FugaProcess, processesOver, runFuga, until, UpProcess } from './up-process.ts';

const running: FugaProcess[] = [];
function up(words: readonly string[] = [], data?: string): UpProcess {
  const started = new UpProcess(words, data);
  running.push(started);
  return started;
}
const ports: Server[] = [];
async function occupy(): Promise<number> {
  const server = createServer();
  ports.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

afterEach(async () => {
  // The newest first: an earlier one's folder may be served by a later one, and is removed with the earlier one.
  for (const each of running.splice(0).reverse()) await each.dispose();
  for (const each of ports.splice(0)) each.close();
});

/** All processes of a cluster: `up`, its servers, its PAM. */
function pidsOf(cluster: UpProcess): number[] {
  const pam = /PAM .* pid (\d+)/.exec(cluster.lines.join('\n'))?.[1];
  return [cluster.pid, Number(pam), ...cluster.cluster.servers.map(({ pid }) => pid)];
}

const nobodyLeft = (data: string, pids: readonly number[]): Promise<true> =>
  until('no process is left', () => (processesOver(data, pids).length === 0 ? true : undefined));

describe('fuga up', () => {
  test('hands its volume to the backup on request, and to a process that ends', async () => {
    const cluster = up();
    await cluster.ready();
    const data = ['--data', cluster.data];
    const [first, second] = [cluster.server('primary'), cluster.server('backup')];
    const unknown = await runFuga(['switchover', 'home', '--to', 'x', ...data]);
    expect(unknown).toMatchObject({ code: 1 });
    expect(unknown.errors).toContain(`"x" does not stand by for "home"; these do: b`);

    const done = await runFuga(['switchover', 'home', ...data]);
    expect(done).toMatchObject({ code: 0, errors: '' });
    expect(done.output).toMatch(/^home was handed to b after \d+ ms\n$/);
    await until('b serves', () => (cluster.server('primary')?.node === 'b' ? true : undefined));
    await until('a stands by', () => (cluster.server('backup')?.node === 'a' ? true : undefined));
    expect(cluster.server('backup')?.pid).toBe(first?.pid);

    process.kill(second?.pid ?? 0, 'SIGTERM');
    await until('a serves', () => (cluster.server('primary')?.node === 'a' ? true : undefined));
    expect(cluster.server('primary')?.pid).toBe(first?.pid);
  });

  test('a primary that hangs is replaced and ended, so that its port is free for the next one', async () => {
    const port = await occupy();
    for (const each of ports.splice(0)) await new Promise((resolve) => each.close(resolve));
    const cluster = up(['--port', String(port)]);
    await cluster.ready();
    const hung = cluster.server('primary')?.pid ?? 0;
    // A holder younger than three seconds is not accused of silence.
    process.kill(hung, 'SIGSTOP');
    await cluster.line(`b ended a (pid ${hung}), which answered nothing`);
    expect(await cluster.line('b took home over')).toContain(`port ${port}`);
    await until('a is back', () => (cluster.server('backup')?.node === 'a' ? true : undefined));
    expect(cluster.server('backup')?.pid).not.toBe(hung);
  });

  test('serves, survives kill -9 of its primary, and leaves nothing behind at Ctrl-C', async () => {
    const cluster = up();
    await cluster.ready();
    const pams = ['--pam', cluster.cluster.pams.join(',')];
    expect(cluster.cluster).toMatchObject({ pid: cluster.pid, aliases: ['home'] });
    expect(cluster.cluster.servers.map(({ node }) => node)).toEqual(['a', 'b']);
    expect(statSync(cluster.cluster.secretFile).mode & 0o777).toBe(0o600);

    const put = await runFuga(['put', ...pams, '-', 'home:/letter'], 'Dear reader');
    expect(put).toEqual({ code: 0, output: '', errors: '' });

    const primary = cluster.server('primary')!;
    const backup = cluster.server('backup')!;
    process.kill(primary.pid, 'SIGKILL');
    await cluster.line(`a (pid ${primary.pid}), primary of home, was killed (SIGKILL)`);
    expect(await cluster.line('b took home over')).toMatch(/in \d+ ms: epoch 2, port \d+$/);
    const cat = await runFuga(['cat', ...pams, 'home:/letter']);
    expect(cat).toEqual({ code: 0, output: 'Dear reader', errors: '' });

    await cluster.line('a is back');
    const successor = await until('it is a backup', () => cluster.server('backup'));
    expect(successor.node).toBe('a');
    expect(successor.pid).not.toBe(primary.pid);
    expect(cluster.server('primary')?.pid).toBe(backup.pid);
    const health = await fetch(`${successor.adminUrl}/health`);
    expect(await health.json()).toMatchObject({ status: 'ok', volumes: { home: 'backup' } });

    const pids = pidsOf(cluster);
    expect(processesOver(cluster.data, pids)).toHaveLength(4);
    cluster.signal('SIGINT');
    expect(await cluster.ended).toBe(0);
    await nobodyLeft(cluster.data, pids);
  });

  test('itself killed with -9: its children end by themselves, and the next one finds everything', async () => {
    const cluster = up();
    await cluster.ready();
    const first = ['--pam', cluster.cluster.pams.join(',')];
    expect((await runFuga(['put', ...first, '-', 'home:/kept'], 'kept')).code).toBe(0);
    const pids = pidsOf(cluster);
    cluster.signal('SIGKILL');
    await nobodyLeft(cluster.data, pids);

    const next = up([], cluster.data);
    await next.ready();
    const second = ['--pam', next.cluster.pams.join(',')];
    expect((await runFuga(['cat', ...second, 'home:/kept'])).output).toBe('kept');
  });

  test('a PAM that is killed comes back; a second one on the same folder is refused', async () => {
    const cluster = up(['--servers', '1', '--json']);
    const ready = JSON.parse(await cluster.line('"kind":"ready"')) as { pamPid: number };
    process.kill(ready.pamPid, 'SIGKILL');
    await cluster.line('the PAM is back');

    const second = await runFuga(['up', '--data', cluster.data]);
    expect(second.code).toBe(1);
    expect(second.errors).toBe(
      `fuga up: ${cluster.data} is in use by another \`fuga up\` (pid ${cluster.pid}): ` +
        'end that one, or choose another folder with --data\n',
    );
  });
});

test('with a portmapper, clients find whoever serves', async () => {
  const cluster = up(['--portmapper', '--portmapper-port', '0']);
  const portmapper =
    / (\d+)\.$/.exec(await cluster.line('A portmapper listens on port'))?.[1] ?? '';
  await cluster.ready();
  const ask = async (...words: string[]) =>
    (await runFuga(['rpcinfo', '127.0.0.1', ...words, '--port', portmapper])).output;
  const registered = async (): Promise<string> => {
    for (;;) {
      const [, port] = /ready and waiting, tcp port (\d+)/.exec(await ask('nfs', '3')) ?? [];
      if (port !== undefined) return port;
    }
  };
  const first = await registered();
  expect(await ask()).toMatch(/^100005 +1 +udp /m);
  process.kill(cluster.server('primary')?.pid ?? 0, 'SIGKILL');
  await cluster.line('b took home over');
  expect(await registered()).toBe(first);
});

const twoAliases = [
  'server',
  '--node',
  'a',
  '--data',
  'd',
  '--pam',
  '127.0.0.1:1',
  '--alias',
  'a,b',
];

describe('what cannot work is said in one line', () => {
  let data: string;
  beforeAll(() => {
    data = mkdtempSync(join(tmpdir(), 'fuga-wrong-'));
  });
  afterAll(() => {
    rmSync(data, { recursive: true, force: true });
  });

  test('a port of the PAM that is in use, if it was asked for', async () => {
    const port = await occupy();
    const { code, errors } = await runFuga(['up', '--data', data, '--pam-port', `${port}`]);
    expect(code).toBe(1);
    expect(errors).toBe(
      `fuga up: PAM: port ${port} on 127.0.0.1 is in use: choose another with --pam-port, ` +
        'or 0 for any free one\n',
    );
  });

  test('a service port that is in use', async () => {
    const port = await occupy();
    const { code, errors } = await runFuga(['up', '--data', data, '--port', `${port}`]);
    expect(code).toBe(1);
    expect(errors).toContain(`service: port ${port} on 127.0.0.1 is in use`);
  });

  test('a port for the portmapper that is in use', async () => {
    const port = `${await occupy()}`;
    const words = ['--data', data, '--portmapper', '--portmapper-port', port];
    const { code, errors } = await runFuga(['up', ...words]);
    expect(code).toBe(1);
    expect(errors).toContain(`portmapper: port ${port} on 127.0.0.1 is in use`);
    expect(errors).toContain('--portmapper-port');
  });

  test('a folder of somebody else, and one of a newer format', async () => {
    const words = ['server', '--node', 'a', '--data', data, '--pam', '127.0.0.1:1'];
    mkdirSync(join(data, 'photos'));
    writeFileSync(join(data, 'photos', 'cat.jpg'), '');
    const foreign = await runFuga([...words, '--alias', 'photos']);
    expect(foreign.code).toBe(1);
    expect(foreign.errors).toMatch(
      /^fuga server: .*photos is not a stable area: it holds cat\.jpg.*\n$/,
    );

    mkdirSync(join(data, 'future'));
    writeFileSync(join(data, 'future', 'FORMAT'), '{"what":"stable area of Fuga","format":99}\n');
    const newer = await runFuga([...words, '--alias', 'future']);
    expect(newer.code).toBe(1);
    expect(newer.errors).toMatch(/^fuga server: .*future has format 99.*\n$/);
  });

  test('an address for everybody without a secret, and a secret that is none', async () => {
    const open = await runFuga(['pam', '--host', '0.0.0.0']);
    expect(open.code).toBe(1);
    expect(open.errors).toMatch(
      /^fuga pam: refusing to listen on 0\.0\.0\.0 without a cluster secret.*\n$/,
    );
    const none = await runFuga(['pam', '--secret-file', join(data, 'none')]);
    expect(none.code).toBe(1);
    expect(none.errors).toMatch(/^fuga pam: cannot read the cluster secret.*\n$/);
  });

  test.each([
    [['up', '--alias', 'No Name'], 'an alias name has'],
    [['up', '--quota', 'much'], 'Expected a size such as'],
    [['up', '--port', '70000'], 'A port is a number'],
    [[...twoAliases, '--nfs-port', '2049', '--mount-port', '2050'], 'choose two that are further'],
    [['rpcinfo', 'localhost', 'nfs'], 'fuga rpcinfo localhost nfs 3'],
    [['rpcinfo', 'localhost', 'nosuch', '3'], '"nosuch" is no program'],
    [['exports', 'reload', '--data', 'nowhere'], 'no `fuga up` runs over nowhere'],
    [['server', '--node', 'a'], "required option '--data <folder>' not specified"],
  ])('fuga %j', async (words, message) => {
    const { code, errors } = await runFuga(words);
    expect(code).toBeGreaterThan(0);
    expect(errors).toContain(message);
  });
});

test('a server goes on without a PAM, and says so', async () => {
  const data = mkdtempSync(join(tmpdir(), 'fuga-alone-'));
  const server = new FugaProcess(
    ['server', '--node', 'a', '--alias', 'home', '--data', data, '--pam', '127.0.0.1:1'],
    data,
  );
  running.push(server);
  await server.line('"kind":"primary"');
  await server.line('not registered everywhere');
  server.signal('SIGTERM');
  expect(await server.ended).toBe(0);
});
