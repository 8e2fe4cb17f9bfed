import { beforeEach, describe, expect, test } from 'vitest';
import type { Port } from '../../../pa/directory/port.ts';
import { TestCluster } from '../testing/run-cli.ts';

let cluster: TestCluster;
beforeEach(() => {
  cluster = new TestCluster();
});

const port = (epoch: number, node: string): Port => ({
  host: '127.0.0.1',
  port: 4000 + epoch,
  transport: 'tcp',
  epoch,
  node,
  areaUi: 'a'.repeat(32),
  members: [
    { node, role: 'primary', address: '127.0.0.1:1' },
    { node: 'other', role: 'backup', address: '127.0.0.1:2' },
  ],
});
const served = (name: string, epoch: number, node = 'a') => ({
  name,
  statement: { kind: 'port' as const, port: port(epoch, node) },
});

describe('status', () => {
  test('aliases, ports, epochs and roles; the newest news of several PAMs', async () => {
    cluster.answers = [
      { url: 'http://pam:1', ok: true, aliases: [served('projects', 3), served('home', 6)] },
      { url: 'http://pam:2', ok: true, aliases: [served('home', 7, 'b')] },
    ];
    expect(await cluster.fuga('status')).toEqual({
      code: 0,
      out: [
        'PAM http://pam:1: answers',
        'PAM http://pam:2: answers',
        '',
        'ALIAS    PORT           EPOCH PRIMARY BACKUPS',
        'home     127.0.0.1:4007 7     b       other',
        'projects 127.0.0.1:4003 3     a       other',
        '',
      ].join('\n'),
      err: '',
    });
  });

  test('what is not well gives 1', async () => {
    cluster.answers = [
      {
        url: 'http://pam:1',
        ok: true,
        aliases: [{ name: 'home', statement: { kind: 'no-port' } }],
      },
      { url: 'http://pam:2', ok: false, reason: 'connect ECONNREFUSED' },
    ];
    const { code, out, err } = await cluster.fuga('status');
    expect(code).toBe(1);
    expect(out).toContain('home  nobody has served it yet');
    expect(err).toBe(
      'status: no port alias manager answers at http://pam:2: connect ECONNREFUSED\n',
    );
  });

  test('no aliases: what to do', async () => {
    cluster.answers = [{ url: 'http://pam:1', ok: true, aliases: [] }];
    expect((await cluster.fuga('status')).out).toContain("'npm start' makes one");
  });

  test('--json', async () => {
    cluster.answers = [
      { url: 'http://pam:1', ok: true, aliases: [served('home', 6)] },
      { url: 'http://pam:2', ok: false, reason: 'gone' },
    ];
    const { code, out } = await cluster.fuga('status --json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      pams: [
        { url: 'http://pam:1', answers: true, aliases: [{ name: 'home', port: port(6, 'a') }] },
        { url: 'http://pam:2', answers: false, reason: 'gone' },
      ],
    });
  });
});

describe('alias', () => {
  test('list', async () => {
    cluster.answers = [
      { url: 'http://pam:1', ok: true, aliases: [served('projects', 3), served('home', 6)] },
      { url: 'http://pam:2', ok: true, aliases: [served('home', 7)] },
    ];
    expect(await cluster.fuga('alias list')).toEqual({ code: 0, out: 'home\nprojects\n', err: '' });
    expect(JSON.parse((await cluster.fuga('alias list --json')).out)).toEqual(['home', 'projects']);
    cluster.answers = [{ url: 'http://pam:1', ok: false, reason: 'gone' }];
    expect(await cluster.fuga('alias list')).toEqual({
      code: 1,
      out: '',
      err: 'alias: no port alias manager answers (http://pam:1: gone)\n',
    });
  });

  test('create, delete, reset', async () => {
    expect(await cluster.fuga('alias create one two')).toEqual({ code: 0, out: '', err: '' });
    await cluster.fuga('alias delete one');
    await cluster.fuga('alias reset two');
    expect(cluster.changes).toEqual(['create one', 'create two', 'delete one', 'reset two']);
  });

  test('what is wrong', async () => {
    expect((await cluster.fuga('alias make x')).err).toContain("unknown action 'make'");
    expect((await cluster.fuga('alias create')).err).toContain('create wants a name');
    expect((await cluster.fuga('alias create Bad')).err).toContain("'Bad': an alias name has");
    expect((await cluster.fuga('alias')).err).toContain("missing required argument 'action'");
    expect(cluster.changes).toEqual([]);
  });
});
