import { afterEach, expect, test } from 'vitest';
import { manualClock } from '../../environment/testing/manual-clock.ts';
import { seededRandom } from '../../environment/testing/seeded-random.ts';
import { nodeHttpClient } from '../adapters/node-http-adapter.ts';
import { createPaClient } from '../client/pa-client.ts';
import { NamesV1 } from '../server/testing/names-service.ts';
import { TestCluster, type TestNode } from '../server/testing/test-node.ts';
import { HttpPortDirectory } from './http-directory.ts';
import { KnownServer, locateTimeoutMs, parseServerAddress } from './known-server.ts';

const { make, take } = NamesV1.procedures;
const closing: { close(): void }[] = [];

afterEach(() => {
  for (const each of closing.splice(0)) each.close();
});

/** Two servers with ports of their own, and a client that was told both and no PAM. */
async function pairWithoutPam() {
  const cluster = new TestCluster();
  const { clock, timers } = cluster.time;
  const environment = { clock, timers, network: cluster.network, random: seededRandom(3) };
  const places = ['a', 'b'].map((node, index) => ({ node, host: '127.0.0.1', port: 901 + index }));
  const start = (node: string) => {
    const listen = places.find((place) => place.node === node) ?? { host: '', port: 0 };
    return cluster.start(node, { listen: { host: listen.host, port: listen.port } });
  };
  const known = places.map(({ host, port }) => new KnownServer({ host, port }, environment));
  const directory = new HttpPortDirectory({
    environment,
    http: nodeHttpClient(),
    urls: [],
    servers: known,
  });
  closing.push(directory);
  const client = createPaClient({ environment, directory });
  return { cluster, start, known, directory, names: client.alias('names') };
}

async function untilPrimary(cluster: TestCluster, { volume }: TestNode): Promise<void> {
  while (volume.status().role !== 'primary') await cluster.time.advance(10);
}

test('a client that knows both servers follows takeovers without any PAM', async () => {
  const { cluster, start, names } = await pairWithoutPam();
  const a = await start('a');
  await untilPrimary(cluster, a);
  expect(await cluster.settled(names.call(NamesV1, make, 'x'))).toBe('ok');
  const b = await start('b');
  await a.kill();
  expect(await cluster.settled(names.call(NamesV1, take, 'x'))).toBe('ok');
  expect(names.status().port).toMatchObject({ port: 902, epoch: 2 });
  const again = await start('a');
  await b.kill();
  expect(await cluster.settled(names.call(NamesV1, take, 'x'))).toBe('missing');
  expect(names.status().port).toMatchObject({ port: 901, epoch: 3 });
  expect(again.volume.status().role).toBe('primary');
});

test('another alias is not served there; a server that does not answer is given up soon', async () => {
  const { cluster, start, known, directory } = await pairWithoutPam();
  const a = await start('a');
  await untilPrimary(cluster, a);
  const [first, second] = known;
  expect(await cluster.settled(first!.lookup('other'))).toEqual({ kind: 'unknown-alias' });
  expect(await cluster.settled(second!.lookup('names'))).toBeInstanceOf(Error);
  a.stop();
  const asked = first!.lookup('names');
  await cluster.time.advance(locateTimeoutMs);
  expect(await asked).toBeInstanceOf(Error);
  expect(await cluster.settled(directory.lookup('names'))).toMatchObject({ kind: 'unreachable' });
});

test('a fenced process does not say that it serves the alias', async () => {
  const { cluster, start, known } = await pairWithoutPam();
  const a = await start('a');
  await untilPrimary(cluster, a);
  const b = await start('b');
  await cluster.time.advance(1_000);
  a.stop();
  await untilPrimary(cluster, b);
  a.resume();
  expect(await cluster.settled(known[0]!.lookup('names'))).toBeInstanceOf(Error);
  expect(await cluster.settled(known[1]!.lookup('names'))).toMatchObject({
    kind: 'port',
    port: { epoch: 2, port: 902 },
  });
});

test('neither a PAM nor a server: told at once', () => {
  const environment = { ...manualClock(), random: seededRandom(1) };
  expect(() => new HttpPortDirectory({ environment, http: nodeHttpClient(), urls: [] })).toThrow(
    'needs a PAM or a server',
  );
});

test.each([
  ['127.0.0.1:2049', { host: '127.0.0.1', port: 2049 }],
  ['[::1]:2049', { host: '::1', port: 2049 }],
  ['nfs.example:1', { host: 'nfs.example', port: 1 }],
  ['nfs.example', undefined],
  ['a:0', undefined],
  ['a:65536', undefined],
  ['http://a:1', undefined],
])('"%s" as the address of a server is %s', (text, address) => {
  expect(parseServerAddress(text)).toEqual(address);
});
