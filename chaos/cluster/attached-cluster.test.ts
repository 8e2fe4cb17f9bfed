import { expect, test } from 'vitest';
import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../../pa/directory/http-client.ts';
import {
  parseSignature,
  signatureHeader,
  verifySignature,
} from '../../pa/directory/request-signature.ts';
import { ClusterSecret, secretBytes } from '../../pa/secret.ts';
import { AdminClient } from './admin-client.ts';
import { AttachedCluster } from './attached-cluster.ts';

const secret = new ClusterSecret(new Uint8Array(secretBytes).fill(7));

function clusterOf(answer: (request: HttpRequest) => HttpResponse | Error): {
  cluster: AttachedCluster;
  requests: HttpRequest[];
} {
  const requests: HttpRequest[] = [];
  const http: HttpClient = {
    request: (request) => {
      requests.push(request);
      const response = answer(request);
      return response instanceof Error ? Promise.reject(response) : Promise.resolve(response);
    },
    stream: () => Promise.resolve(),
    close: () => undefined,
  };
  const admin = new AdminClient({ environment: nodeEnvironment(), http, secret });
  const adminUrls = ['http://a:1', 'http://b:1'];
  return {
    cluster: new AttachedCluster({ pams: ['http://p:1'], alias: 'home', adminUrls, admin }),
    requests,
  };
}

const json = (value: unknown, status = 200): HttpResponse => ({
  status,
  body: Buffer.from(JSON.stringify(value)),
});
const status = (node: string, role: string, pid = 7): HttpResponse =>
  json({ node, pid, volumes: [{ alias: 'home', role }] });
const primary = {
  node: 'a',
  pid: 7,
  adminUrl: 'http://a:1',
  role: 'primary',
  sinceMs: undefined,
} as const;

test('attached cluster: servers say what they are; one that does not answer does not run', async () => {
  const { cluster } = clusterOf(({ url }) =>
    url.startsWith('http://a') ? status('a', 'primary') : new Error('refused'),
  );
  expect(await cluster.servers()).toEqual([primary]);
});

test('attached cluster: a process that was started again under the same number is another one', async () => {
  let role = 'primary';
  const { cluster } = clusterOf(() => status('a', role));
  expect(await cluster.isAlive(primary)).toBe(true);
  role = 'starting';
  expect(await cluster.isAlive(primary)).toBe(false);
});

test('attached cluster: orders to die are signed', async () => {
  const { cluster, requests } = clusterOf(() => ({ status: 204, body: Buffer.alloc(0) }));
  await cluster.arm(primary, 'before-commit');
  const [request] = requests;
  const body = request?.body ?? Buffer.alloc(0);
  expect(request).toMatchObject({ method: 'POST', url: 'http://a:1/failpoints' });
  expect(JSON.parse(body.toString())).toEqual({
    alias: 'home',
    point: 'before-commit',
    action: 'kill',
  });
  const signature = parseSignature(request?.headers?.[signatureHeader] ?? '');
  const signed = { method: 'POST', path: '/failpoints', body };
  expect(signature && verifySignature(secret, 'admin', signed, signature)).toBe(true);
});

test('attached cluster: a server without failpoints says how to get them', async () => {
  const { cluster } = clusterOf(() => json({ code: 'not-found' }, 404));
  await expect(cluster.arm(primary, 'before-commit')).rejects.toThrow('FUGA_FAILPOINT_CONTROL=1');
});

test('attached cluster: what is asked for says where it goes', async () => {
  const { cluster, requests } = clusterOf(() => ({ status: 204, body: Buffer.alloc(0) }));
  await cluster.block(primary, 'now', 500);
  await cluster.switchOver(primary);
  const said = requests.map(({ url, body }) => [url, JSON.parse(String(body)) as unknown]);
  expect(said).toEqual([
    ['http://a:1/failpoints', { alias: 'home', point: 'now', action: 'block', blockMs: 500 }],
    ['http://a:1/switchover', { alias: 'home' }],
  ]);
});

test('attached cluster: a killed server cannot confirm it', async () => {
  const { cluster, requests } = clusterOf(() => new Error('connection reset'));
  await cluster.kill(primary);
  expect(requests[0]?.body?.toString()).toContain('"now"');
});
