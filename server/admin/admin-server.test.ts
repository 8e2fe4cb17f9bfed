import { afterEach, describe, expect, test } from 'vitest';
import { nodeClock } from '../../environment/adapters/node-clock.ts';
import { signatureHeader, signRequest } from '../../pa/directory/request-signature.ts';
import { ClusterSecret } from '../../pa/secret.ts';
import type { VolumeStatus } from '../../pa/server/host.ts';
import { ConfiguredExports } from '../exports/configured-exports.ts';
import { type AdminOptions, type AdminServer, startAdmin } from './admin-server.ts';
import { FailpointControl } from './failpoint-control.ts';
import { ServerMetrics } from './server-metrics.ts';

const secret = new ClusterSecret(Buffer.alloc(32, 7));
const home: VolumeStatus = {
  alias: 'home',
  role: 'primary',
  epoch: 4,
  service: { host: '127.0.0.1', port: 2049 },
  alsoAt: [{ host: '127.0.0.1', port: 635 }],
  clients: 3,
  statistics: { executed: 12, cacheBytes: 4096 },
};
const projects: VolumeStatus = {
  ...home,
  alias: 'projects',
  role: 'backup',
  service: undefined,
  clients: 0,
};

const open: AdminServer[] = [];
afterEach(async () => {
  for (const admin of open.splice(0)) await admin.close();
});

async function start(options: Partial<AdminOptions> = {}): Promise<AdminServer> {
  const volumes = options.volumes ?? (() => [home, projects]);
  const admin = await startAdmin({
    environment: { clock: nodeClock },
    node: 'a',
    pid: 123,
    host: '127.0.0.1',
    port: 0,
    secret: undefined,
    volumes,
    metrics: new ServerMetrics(volumes),
    exports: new ConfiguredExports(['home'], async () => undefined),
    switchOver: () => undefined,
    failpoints: undefined,
    ...options,
  });
  open.push(admin);
  return admin;
}

const get = (admin: AdminServer, path: string): Promise<Response> => fetch(admin.url + path);

async function order(
  admin: AdminServer,
  body: object,
  signedWith: ClusterSecret = secret,
  path = '/failpoints',
): Promise<{ status: number; code: unknown }> {
  const text = JSON.stringify(body);
  const request = { method: 'POST', path, body: Buffer.from(text) };
  const nonce = crypto.getRandomValues(Buffer.alloc(16));
  const signature = signRequest(signedWith, 'admin', request, Date.now(), nonce);
  const response = await fetch(admin.url + path, {
    method: 'POST',
    body: text,
    headers: { 'content-type': 'application/json', [signatureHeader]: signature },
  });
  const answer = await response.text();
  const { code } = (answer === '' ? {} : JSON.parse(answer)) as { code?: unknown };
  return { status: response.status, code };
}

describe('looking', () => {
  test('health tells the role for each alias', async () => {
    const response = await get(await start(), '/health');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: 'ok',
      node: 'a',
      volumes: { home: 'primary', projects: 'backup' },
    });
  });

  test('health is not good before each volume has found its place', async () => {
    const admin = await start({ volumes: () => [home, { ...projects, role: 'starting' }] });
    const response = await get(admin, '/health');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ status: 'starting' });
  });

  test('status gives what the volumes say of themselves', async () => {
    const response = await get(await start(), '/status');
    expect(await response.json()).toEqual({
      node: 'a',
      pid: 123,
      volumes: [home, { ...projects, service: null }],
    });
  });

  test('metrics have roles, epochs, clients, and each statistic under its name', async () => {
    const volumes = (): VolumeStatus[] => [home];
    const metrics = new ServerMetrics(volumes);
    metrics.observe('home', { kind: 'accused', accusation: 'dead', epoch: 3 });
    metrics.observe('home', { kind: 'primary', epoch: 4, port: 1, takeoverMs: 80 });
    const text = await (await get(await start({ volumes, metrics }), '/metrics')).text();
    for (const line of [
      'fuga_volume_role{alias="home",role="primary"} 1',
      'fuga_volume_epoch{alias="home"} 4',
      'fuga_volume_clients{alias="home"} 3',
      'fuga_volume_cache_bytes{alias="home"} 4096',
      'fuga_takeovers_begun_total{alias="home",accusation="dead"} 1',
      'fuga_takeover_seconds_count{alias="home",part="all"} 1',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
  });

  test('a role that is over is not shown any more', async () => {
    let volume = home;
    const admin = await start({ volumes: () => [volume] });
    await (await get(admin, '/metrics')).text();
    volume = { ...home, role: 'backup' };
    expect(await (await get(admin, '/metrics')).text()).not.toContain('role="primary"');
  });

  test('the description names every route, and another path is told where to look', async () => {
    const admin = await start({
      failpoints: new FailpointControl({ kill: () => undefined, block: () => undefined }),
    });
    const description = (await (await get(admin, '/openapi.json')).json()) as { paths: object };
    expect(Object.keys(description.paths).sort()).toEqual([
      '/exports',
      '/exports/reload',
      '/failpoints',
      '/health',
      '/metrics',
      '/status',
      '/switchover',
    ]);
    const nowhere = await get(admin, '/nowhere');
    expect(nowhere.status).toBe(404);
    expect(await nowhere.text()).toContain('/openapi.json');
  });
});

describe('failpoints', () => {
  function control(): {
    failpoints: FailpointControl;
    kills: () => number;
    blocks: readonly number[];
  } {
    let kills = 0;
    const blocks: number[] = [];
    const failpoints = new FailpointControl({
      kill: () => {
        kills += 1;
      },
      block: (blockMs) => {
        blocks.push(blockMs);
      },
    });
    return { failpoints, kills: () => kills, blocks };
  }

  test('are not there unless the operator allowed them', async () => {
    const admin = await start();
    expect((await order(admin, { point: 'now', action: 'kill' })).status).toBe(404);
  });

  test('kill once, when the point of the alias is passed', async () => {
    const { failpoints, kills } = control();
    const [atHome, atProjects] = [failpoints.add('home'), failpoints.add('projects')];
    const admin = await start({ failpoints, secret });
    const armed = { alias: 'home', point: 'after-commit-before-reply', action: 'kill' };
    expect(await order(admin, armed)).toEqual({ status: 204, code: undefined });
    atProjects.pass('after-commit-before-reply');
    atHome.pass('before-commit');
    expect(kills()).toBe(0);
    atHome.pass('after-commit-before-reply');
    atHome.pass('after-commit-before-reply');
    expect(kills()).toBe(1);
  });

  test('kill now, where that is asked for', async () => {
    const { failpoints, kills } = control();
    failpoints.add('home');
    const admin = await start({ failpoints, secret });
    expect((await order(admin, { point: 'now', action: 'kill' })).status).toBe(204);
    expect(kills()).toBe(1);
  });

  test('block for so long, when the point is passed', async () => {
    const { failpoints, kills, blocks } = control();
    const atHome = failpoints.add('home');
    const admin = await start({ failpoints, secret });
    const armed = { alias: 'home', point: 'before-commit', action: 'block', blockMs: 1_500 };
    expect((await order(admin, armed)).status).toBe(204);
    expect(blocks).toEqual([]);
    atHome.pass('before-commit');
    expect([blocks, kills()]).toEqual([[1_500], 0]);
  });

  test.each([
    [{ alias: 'other', point: 'now', action: 'kill' }, 404, 'unknown-alias'],
    [{ point: 'sometime', action: 'kill' }, 400, 'bad-request'],
    [{ point: 'now' }, 400, 'bad-request'],
    [{ point: 'now', action: 'block' }, 400, 'bad-request'],
    [{ point: 'now', action: 'block', blockMs: 0 }, 400, 'bad-request'],
  ])('refuse %j', async (body, status, code) => {
    const { failpoints, kills } = control();
    failpoints.add('home');
    expect(await order(await start({ failpoints, secret }), body)).toEqual({ status, code });
    expect(kills()).toBe(0);
  });

  test('refuse who does not know the secret', async () => {
    const { failpoints, kills } = control();
    failpoints.add('home');
    const admin = await start({ failpoints, secret });
    const body = { point: 'now', action: 'kill' };
    const unsigned = await fetch(`${admin.url}/failpoints`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
    expect(unsigned.status).toBe(401);
    expect(await order(admin, body, new ClusterSecret(Buffer.alloc(32, 8)))).toEqual({
      status: 401,
      code: 'forged',
    });
    expect(kills()).toBe(0);
  });
});

describe('exports', () => {
  test('are shown as they are in force, and read again on a signed order', async () => {
    const sources = [{ name: 'e', text: '/home 10.0.0.0/8(rw)' }];
    const exports = new ConfiguredExports(['home'], async () => sources);
    const admin = await start({ exports, secret });
    const shown = async (): Promise<unknown> => (await get(admin, '/exports')).json();
    const reload = (signedWith?: ClusterSecret) => order(admin, {}, signedWith, '/exports/reload');
    const open = 'rw,no_root_squash,insecure,anonuid=65534,anongid=65534';
    const before = [{ directory: '/home', clients: [{ client: '*', options: open }] }];
    expect(await shown()).toEqual({ exports: before });
    expect((await reload(new ClusterSecret(Buffer.alloc(32, 8)))).code).toBe('forged');
    expect(await shown()).toEqual({ exports: before });
    expect((await reload()).status).toBe(200);
    const options = 'rw,root_squash,insecure,anonuid=65534,anongid=65534';
    const after = [{ directory: '/home', clients: [{ client: '10.0.0.0/8', options }] }];
    expect(await shown()).toEqual({ exports: after });
    sources.push({ name: 'f', text: 'nonsense' });
    expect(await reload()).toEqual({ status: 422, code: 'bad-exports' });
    expect(await shown()).toEqual({ exports: after });
  });
});

describe('switchover', () => {
  const answers = {
    home: { kind: 'switched', to: 'b', elapsedMs: 12 },
    projects: { kind: 'not-primary' },
    alone: { kind: 'no-backup', backups: [] },
    stuck: { kind: 'not-taken', by: 'b' },
  } as const;
  const switchOver: AdminOptions['switchOver'] = (alias) => {
    const answer = alias in answers ? answers[alias as keyof typeof answers] : undefined;
    return answer === undefined ? undefined : Promise.resolve(answer);
  };

  test('is done on a signed order, or refused with the reason', async () => {
    const admin = await start({ switchOver, secret });
    const statusOf = async (body: object, signedWith?: ClusterSecret) =>
      Object.values(await order(admin, body, signedWith, '/switchover'));
    expect(await statusOf({ alias: 'home', to: 'b' })).toEqual([200, undefined]);
    expect(await statusOf({ alias: 'projects' })).toEqual([409, 'not-primary']);
    expect(await statusOf({ alias: 'alone' })).toEqual([409, 'no-backup']);
    expect(await statusOf({ alias: 'stuck' })).toEqual([409, 'not-taken']);
    expect(await statusOf({ alias: 'nobody' })).toEqual([404, 'unknown-alias']);
    expect(await statusOf({})).toEqual([400, 'bad-request']);
    const forger = new ClusterSecret(Buffer.alloc(32, 8));
    expect(await statusOf({ alias: 'home' }, forger)).toEqual([401, 'forged']);
  });
});

test('without a secret only loopback is bound', async () => {
  await expect(start({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'PA_BIND' });
});

test('a port in use is told by its code', async () => {
  const { address } = await start();
  await expect(start({ port: address.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
