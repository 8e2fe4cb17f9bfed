import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { nodeClock } from '../../environment/adapters/node-clock.ts';
import { nodeRandom } from '../../environment/adapters/node-random.ts';
import { nodeTimers } from '../../environment/adapters/node-timers.ts';
import { delay } from '../../environment/clock.ts';
import { manualClock } from '../../environment/testing/manual-clock.ts';
import { nodeHttpClient } from '../adapters/node-http-adapter.ts';
import { type Pam, type PamOptions, startPam } from '../manager/start-pam.ts';
import { ClusterSecret } from '../secret.ts';
import { HttpPortDirectory, parsePamUrl } from './http-directory.ts';
import { settledMs } from './pam-connection.ts';
import type { Port } from './port.ts';

const environment = { clock: nodeClock, timers: nodeTimers, random: nodeRandom };
const secret = new ClusterSecret(Buffer.alloc(32, 1));
const port = (epoch: number, areaUi = 'a'.repeat(32)): Port => ({
  host: '127.0.0.1',
  port: 7000 + epoch,
  transport: 'tcp',
  epoch,
  node: 'a',
  areaUi,
});

const pams: Pam[] = [];
const directories: HttpPortDirectory[] = [];

async function start(options: Partial<PamOptions> = {}): Promise<Pam> {
  const pam = await startPam({ environment, host: '127.0.0.1', port: 0, ...options });
  pams.push(pam);
  return pam;
}

function connect(urls: readonly string[], key?: ClusterSecret): HttpPortDirectory {
  const directory = new HttpPortDirectory({
    environment,
    http: nodeHttpClient(),
    urls,
    secret: key,
  });
  directories.push(directory);
  return directory;
}

/** For a PAM that has been up for no time at all, however slow the machine is. */
function justStarted(): PamOptions['environment'] {
  return { clock: manualClock().clock, timers: nodeTimers };
}

/** A PAM's address where nobody listens. */
async function deadUrl(): Promise<string> {
  const pam = await start();
  await pam.close();
  return pam.url;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(nodeTimers, 5);
}

afterEach(async () => {
  for (const directory of directories.splice(0)) directory.close();
  for (const pam of pams.splice(0)) await pam.close();
});

test('a registration is found, and subscribers are told of it and of what follows', async () => {
  const pam = await start({ secret });
  const server = connect([pam.url], secret);
  const client = connect([pam.url]);
  const told: number[] = [];
  client.subscribe('home', ({ epoch }) => told.push(epoch));
  expect(await server.register('home', port(4))).toEqual([
    { pam: pam.url, outcome: { kind: 'registered' } },
  ]);
  expect(await client.lookup('home')).toEqual({ kind: 'found', port: port(4) });
  await server.register('home', port(4));
  await server.register('home', port(5));
  await until(() => told.length >= 2);
  expect(told).toEqual([4, 5]);
});

test('an alias that a PAM does not know: believed once that has been up for some time', async () => {
  const time = manualClock();
  const pam = await start({ environment: time });
  const directory = connect([pam.url]);
  expect(await directory.lookup('home')).toMatchObject({ kind: 'unreachable' });
  await time.advance(settledMs);
  expect(await directory.lookup('home')).toEqual({ kind: 'unknown-alias' });
});

test('refused registrations say why', async () => {
  const pam = await start({ secret });
  const server = connect([pam.url], secret);
  await server.register('home', port(4));
  const outcomeOf = async (directory: HttpPortDirectory, registered: Port) =>
    (await directory.register('home', registered))[0]?.outcome;
  expect(await outcomeOf(server, port(3))).toEqual({ kind: 'stale-epoch' });
  expect(await outcomeOf(server, port(9, 'b'.repeat(32)))).toMatchObject({
    kind: 'other-area',
    message: expect.stringContaining('fuga alias reset') as string,
  });
  expect(await outcomeOf(connect([pam.url]), port(5))).toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('signed') as string,
  });
});

test('a PAM that is down hides nothing that another one knows', async () => {
  const pam = await start();
  const dead = await deadUrl();
  const directory = connect([dead, pam.url]);
  expect(await directory.lookup('home')).toMatchObject({ kind: 'unreachable' });
  const outcomes = await directory.register('home', port(4));
  expect(outcomes.map(({ outcome }) => outcome.kind)).toEqual(['unreachable', 'registered']);
  expect(await directory.lookup('home')).toEqual({ kind: 'found', port: port(4) });
});

test('a PAM that is slow holds nobody up while another one answers', async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port: number } = silent.address() as AddressInfo;
  const pam = await start();
  await connect([pam.url]).register('home', port(4));
  const directory = connect([`http://127.0.0.1:${number}`, pam.url]);
  const told: number[] = [];
  directory.subscribe('home', ({ epoch }) => told.push(epoch));
  expect(await directory.lookup('home')).toEqual({ kind: 'found', port: port(4) });
  await until(() => told.includes(4));
  directory.close();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => silent.close(resolve));
});

test('with every PAM down the last port is still known as a hint', async () => {
  const pam = await start();
  const directory = connect([pam.url]);
  await directory.register('home', port(4));
  await directory.lookup('home');
  await pam.close();
  expect(await directory.lookup('home')).toMatchObject({
    kind: 'unreachable',
    hint: port(4),
    cause: { code: 'ECONNREFUSED' },
  });
});

test('a PAM that restarts empty is followed again, and an old epoch from it is no news', async () => {
  const pam = await start();
  const directory = connect([pam.url]);
  const told: number[] = [];
  const subscription = directory.subscribe('home', ({ epoch }) => told.push(epoch));
  await directory.register('home', port(4));
  await until(() => told.length === 1);
  await pam.close();
  const { host, port: number } = pam.address;
  await start({ host, port: number, environment: justStarted() });
  expect(await directory.lookup('home')).toMatchObject({ kind: 'unreachable', hint: port(4) });
  expect((await directory.register('home', port(3)))[0]?.outcome.kind).toBe('registered');
  expect(await directory.lookup('home')).toEqual({ kind: 'found', port: port(4) });
  await directory.register('home', port(5));
  await until(() => told.length === 2);
  expect(told).toEqual([4, 5]);
  subscription.close();
  await directory.register('home', port(6));
  await delay(nodeTimers, 50);
  expect(told).toEqual([4, 5]);
});

test('two PAMs that disagree: the higher epoch is told, once', async () => {
  const one = await start();
  const two = await start();
  await connect([one.url]).register('home', port(4));
  await connect([two.url]).register('home', port(5));
  const directory = connect([one.url, two.url]);
  const told: number[] = [];
  directory.subscribe('home', ({ epoch }) => told.push(epoch));
  await until(() => told.includes(5));
  await connect([one.url]).register('home', port(6));
  await until(() => told.includes(6));
  expect(told.slice(-2)).toEqual([5, 6]);
  expect(await directory.lookup('home')).toEqual({ kind: 'found', port: port(6) });
});

test('a new subscriber is told at once what is known', async () => {
  const pam = await start();
  const directory = connect([pam.url]);
  await directory.register('home', port(4));
  await directory.lookup('home');
  await pam.close();
  const told: number[] = [];
  directory.subscribe('home', ({ epoch }) => told.push(epoch));
  await until(() => told.length > 0);
  expect(told).toEqual([4]);
});

test('a name that is none never leaves the process', () => {
  const directory = connect(['http://127.0.0.1:1']);
  expect(() => directory.lookup('../x')).toThrow(expect.objectContaining({ code: 'PA_BAD_NAME' }));
  expect(() => directory.subscribe('A', () => undefined)).toThrow();
});

test.each([
  ['127.0.0.1:7070', 'http://127.0.0.1:7070'],
  ['http://pam.example:7070/', 'http://pam.example:7070'],
  ['http://[::1]:7070', 'http://[::1]:7070'],
  ['https://pam.example', undefined],
  ['http://pam.example/path', undefined],
  ['http://', undefined],
  ['', undefined],
])('"%s" as the address of a PAM is %s', (text, url) => {
  expect(parsePamUrl(text)).toBe(url);
});
