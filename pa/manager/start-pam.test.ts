import { afterEach, expect, test } from 'vitest';
import { nodeClock } from '../../environment/adapters/node-clock.ts';
import { nodeRandom } from '../../environment/adapters/node-random.ts';
import { nodeTimers } from '../../environment/adapters/node-timers.ts';
import type { Port } from '../directory/port.ts';
import {
  nonceBytes,
  signatureHeader,
  type SignedPurpose,
  signRequest,
} from '../directory/request-signature.ts';
import { ClusterSecret } from '../secret.ts';
import { type Pam, type PamOptions, startPam } from './start-pam.ts';

const environment = { clock: nodeClock, timers: nodeTimers };
const secret = new ClusterSecret(Buffer.alloc(32, 1));
const port: Port = {
  host: '127.0.0.1',
  port: 7001,
  transport: 'tcp',
  epoch: 4,
  node: 'a',
  areaUi: 'a'.repeat(32),
};

const pams: Pam[] = [];
async function start(options: Partial<PamOptions> = {}): Promise<Pam> {
  const pam = await startPam({ environment, host: '127.0.0.1', port: 0, ...options });
  pams.push(pam);
  return pam;
}
afterEach(async () => {
  for (const pam of pams.splice(0)) await pam.close();
});

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

async function send(
  pam: Pam,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(pam.url + path, {
    method,
    headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) };
}

function signature(
  purpose: SignedPurpose,
  method: string,
  path: string,
  body?: unknown,
  change: { readonly key?: ClusterSecret; readonly offsetMs?: number } = {},
): Record<string, string> {
  const sentMs = nodeClock.wallMicroseconds() / 1_000 + (change.offsetMs ?? 0);
  const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body));
  const request = { method, path, body: bytes };
  const nonce = nodeRandom.bytes(nonceBytes);
  return { [signatureHeader]: signRequest(change.key ?? secret, purpose, request, sentMs, nonce) };
}

test('an alias is created, listed, registered, looked up, reset and deleted', async () => {
  const pam = await start();
  const empty = { name: 'home', areaUi: null, port: null };
  expect(await send(pam, 'POST', '/v1/aliases', { name: 'home' })).toEqual({
    status: 201,
    body: empty,
  });
  expect(await send(pam, 'GET', '/v1/aliases')).toEqual({
    status: 200,
    body: { aliases: [empty] },
  });
  expect(await send(pam, 'PUT', '/v1/aliases/home/port', port)).toEqual({
    status: 200,
    body: { changed: true },
  });
  expect(await send(pam, 'PUT', '/v1/aliases/home/port', port)).toMatchObject({
    body: { changed: false },
  });
  expect(await send(pam, 'GET', '/v1/aliases/home')).toEqual({
    status: 200,
    body: { name: 'home', areaUi: port.areaUi, port },
  });
  expect(await send(pam, 'POST', '/v1/aliases/home/reset')).toMatchObject({ status: 204 });
  expect(await send(pam, 'GET', '/v1/aliases/home')).toMatchObject({ body: empty });
  expect(await send(pam, 'DELETE', '/v1/aliases/home')).toMatchObject({ status: 204 });
  expect(await send(pam, 'GET', '/v1/aliases/home')).toMatchObject({
    status: 404,
    body: {
      code: 'unknown-alias',
      message: 'there is no alias "home"',
      upMs: expect.any(Number) as number,
    },
  });
});

test('refusals carry a code and say what to do', async () => {
  const pam = await start({ aliasesMax: 1 });
  await send(pam, 'PUT', '/v1/aliases/home/port', port);
  expect(await send(pam, 'POST', '/v1/aliases', { name: 'home' })).toMatchObject({
    status: 409,
    body: { code: 'exists' },
  });
  expect(await send(pam, 'POST', '/v1/aliases', { name: 'other' })).toMatchObject({
    status: 507,
    body: { code: 'full' },
  });
  expect(await send(pam, 'PUT', '/v1/aliases/home/port', { ...port, epoch: 3 })).toMatchObject({
    status: 409,
    body: { code: 'stale-epoch', known: port },
  });
  const stranger = { ...port, epoch: 9, areaUi: 'b'.repeat(32) };
  expect(await send(pam, 'PUT', '/v1/aliases/home/port', stranger)).toMatchObject({
    status: 409,
    body: {
      code: 'other-area',
      message: expect.stringContaining('fuga alias reset home') as string,
    },
  });
  expect(await send(pam, 'DELETE', '/v1/aliases/nobody')).toMatchObject({ status: 404 });
  expect(await send(pam, 'POST', '/v1/aliases/nobody/reset', {})).toMatchObject({ status: 404 });
});

test.each<[string, string, unknown]>([
  ['POST', '/v1/aliases', { name: 'No Good' }],
  ['POST', '/v1/aliases', '{"name":'],
  ['POST', '/v1/aliases', {}],
  ['POST', '/v1/aliases', '{"name":"a","__proto__":{}}'],
  ['POST', '/v1/aliases', undefined],
  ['PUT', '/v1/aliases/home/port', { ...port, epoch: 0 }],
  ['PUT', '/v1/aliases/home/port', { ...port, epoch: 1.5 }],
  ['PUT', '/v1/aliases/home/port', { ...port, areaUi: 'x' }],
  ['PUT', '/v1/aliases/..%2Fhome/port', port],
  ['PUT', `/v1/aliases/${'x'.repeat(65)}/port`, port],
  ['PUT', '/v1/aliases/home/port', { ...port, node: 'n'.repeat(20_000) }],
  ['GET', '/v1/events?alias=No', undefined],
  ['GET', '/v1/nothing', undefined],
])('bad input gets a clear error: %s %s %j', async (method, path, body) => {
  const pam = await start();
  const answer = await send(pam, method, path, body);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(answer.body).toMatchObject({
    code: expect.any(String) as string,
    message: expect.any(String) as string,
  });
  expect(await send(pam, 'GET', '/v1/aliases')).toMatchObject({ body: { aliases: [] } });
});

test('fields that this version does not know are ignored: a newer server may say more', async () => {
  const pam = await start();
  await send(pam, 'PUT', '/v1/aliases/home/port', { ...port, colour: 'blue' });
  expect((await send(pam, 'GET', '/v1/aliases/home')).body.port).toEqual(port);
});

test('with a secret, changes must be signed; looking needs nothing', async () => {
  const pam = await start({ secret });
  const path = '/v1/aliases/home/port';
  const put = (headers: Record<string, string>) => send(pam, 'PUT', path, port, headers);
  const refused = (status: number, code: string) => ({ status, body: { code } });
  expect(await put({})).toMatchObject(refused(401, 'unsigned'));
  expect(await put({ [signatureHeader]: 'nonsense' })).toMatchObject(refused(401, 'forged'));
  const other = new ClusterSecret(Buffer.alloc(32, 2));
  expect(await put(signature('registration', 'PUT', path, port, { key: other }))).toMatchObject(
    refused(401, 'forged'),
  );
  expect(await put(signature('admin', 'PUT', path, port))).toMatchObject(refused(401, 'forged'));
  expect(await put(signature('registration', 'PUT', path, { ...port, epoch: 5 }))).toMatchObject(
    refused(401, 'forged'),
  );
  expect(
    await put(signature('registration', 'PUT', path, port, { offsetMs: -61_000 })),
  ).toMatchObject(refused(401, 'stale'));
  const good = signature('registration', 'PUT', path, port);
  expect(await put(good)).toMatchObject({ status: 200 });
  expect(await put(good)).toMatchObject(refused(409, 'replayed'));

  expect(await send(pam, 'GET', '/v1/aliases/home')).toMatchObject({ status: 200 });
  expect(await send(pam, 'DELETE', '/v1/aliases/home')).toMatchObject(refused(401, 'unsigned'));
  expect(
    await send(
      pam,
      'DELETE',
      '/v1/aliases/home',
      undefined,
      signature('admin', 'DELETE', '/v1/aliases/home'),
    ),
  ).toMatchObject({ status: 204 });
  expect(await (await fetch(`${pam.url}/metrics`)).text()).toContain(
    'fuga_pam_refused_total{reason="forged"} 4',
  );
});

test('without a secret only loopback is bound, and the error says what to do', async () => {
  await expect(start({ host: '0.0.0.0' })).rejects.toMatchObject({
    code: 'PA_BIND',
    message: expect.stringContaining('--secret') as string,
  });
  const pam = await start({ host: '0.0.0.0', secret });
  expect(pam.address.host).toBe('0.0.0.0');
});

test('a port in use is told by its code', async () => {
  const pam = await start();
  await expect(start({ port: pam.address.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

/** Reads an event stream until `count` events have come. */
async function events(pam: Pam, query: string, count: number, meanwhile: () => Promise<void>) {
  const abort = new AbortController();
  const response = await fetch(`${pam.url}/v1/events${query}`, { signal: abort.signal });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const found: { event: string; data: unknown }[] = [];
  let text = '';
  let started = false;
  const decoder = new TextDecoder();
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const match = /^event: (.*)\ndata: (.*)$/.exec(text.slice(0, end));
      if (match !== null) found.push({ event: match[1]!, data: JSON.parse(match[2]!) as unknown });
      text = text.slice(end + 2);
    }
    if (found.length >= count) break;
    if (!started) {
      started = true;
      await meanwhile();
    }
  }
  abort.abort();
  return found;
}

test('an event stream gives a snapshot, then each change of the aliases that it names', async () => {
  const pam = await start();
  await send(pam, 'PUT', '/v1/aliases/home/port', port);
  await send(pam, 'POST', '/v1/aliases', { name: 'other' });
  const moved = { ...port, epoch: 5, port: 7002, node: 'b' };
  const found = await events(pam, '?alias=home&alias=late', 4, async () => {
    await send(pam, 'PUT', '/v1/aliases/other/port', port);
    await send(pam, 'PUT', '/v1/aliases/home/port', moved);
    await send(pam, 'POST', '/v1/aliases', { name: 'late' });
    await send(pam, 'DELETE', '/v1/aliases/home');
  });
  expect(found).toEqual([
    { event: 'snapshot', data: { aliases: [{ name: 'home', areaUi: port.areaUi, port }] } },
    { event: 'alias', data: { name: 'home', areaUi: port.areaUi, port: moved } },
    { event: 'alias', data: { name: 'late', areaUi: null, port: null } },
    { event: 'deleted', data: { name: 'home' } },
  ]);
});

test('the number of event streams is bounded, and closing PAM ends them', async () => {
  const pam = await start({ subscribersMax: 1 });
  const abort = new AbortController();
  const response = await fetch(`${pam.url}/v1/events`, { signal: abort.signal });
  expect(await send(pam, 'GET', '/v1/events')).toMatchObject({
    status: 503,
    body: { code: 'too-many-subscribers' },
  });
  expect(await send(pam, 'GET', '/health')).toEqual({
    status: 200,
    body: { status: 'ok', aliases: 0, subscribers: 1 },
  });
  await pam.close();
  await expect(response.text()).rejects.toThrow();
});

test('the OpenAPI description names every route, and every reference in it leads somewhere', async () => {
  const pam = await start();
  const { status, body } = await send(pam, 'GET', '/openapi.json');
  expect(status).toBe(200);
  expect(body.openapi).toBe('3.1.0');
  const paths = body.paths as Record<string, Record<string, { responses?: object }>>;
  expect(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    ),
  ).toEqual([
    'get /v1/aliases',
    'post /v1/aliases',
    'get /v1/aliases/{name}',
    'delete /v1/aliases/{name}',
    'post /v1/aliases/{name}/reset',
    'put /v1/aliases/{name}/port',
    'get /v1/events',
    'get /health',
    'get /metrics',
  ]);
  const references = [...JSON.stringify(body).matchAll(/"\$ref":"([^"]+)"/g)].map(
    (match) => match[1]!,
  );
  expect(new Set(references)).toEqual(
    new Set(['Port', 'Alias', 'Error'].map((name) => `#/components/schemas/${name}`)),
  );
  const components = body.components as { schemas: object };
  expect(Object.keys(components.schemas).sort()).toEqual(['Alias', 'Error', 'Port']);
  for (const operation of Object.values(paths).flatMap((methods) => Object.values(methods))) {
    expect(Object.keys(operation.responses ?? {}).length).toBeGreaterThan(0);
  }
});
