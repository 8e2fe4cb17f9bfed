import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { seededRandom } from '../../environment/testing/seeded-random.ts';
import { createPaClient } from '../../pa/client/pa-client.ts';
import { directoryOf } from '../../pa/client/testing/cluster-directory.ts';
import { NamesV1 } from '../../pa/server/testing/names-service.ts';
import { TestCluster, type TestNode } from '../../pa/server/testing/test-node.ts';
import type { CallRequest } from '../../rpc/call-message.ts';
import type { RpcReply } from '../../rpc/reply-message.ts';
import { encodeToBuffers } from '../../xdr/decode.ts';
import { Gateway } from './gateway.ts';
import { StockDatagrams } from './testing/stock-datagrams.ts';

const listen = { host: '127.0.0.1', port: 2049 };
const ui = Buffer.alloc(16, 7);
const { make, take } = NamesV1.procedures;

let cluster: TestCluster;
let node: TestNode;
let stock: StockDatagrams;
let lives = 0;

beforeEach(async () => {
  cluster = new TestCluster();
  node = await cluster.start('a');
  await cluster.time.advance(300);
  stock = await StockDatagrams.open(cluster.network, listen);
});

/** One life of a gateway: its PA client, with UI and incarnation, is another one each time. */
async function startGateway(gatewayUi: Buffer) {
  const { clock, timers } = cluster.time;
  lives += 1;
  const environment = { clock, timers, network: cluster.network, random: seededRandom(lives) };
  const client = createPaClient({ environment, directory: directoryOf(cluster) });
  const gateway = await Gateway.start({
    environment,
    alias: client.alias('names'),
    gatewayUi,
    listen,
    secure: false,
    log: pino({ level: 'silent' }),
    limits: { endPatienceMs: 1 },
  });
  return {
    /** As a process that is killed: what was held is forgotten. */
    async end() {
      await cluster.settled(gateway.close());
      await cluster.settled(client.close());
    },
  };
}

function request(procedure: typeof make, name: string): CallRequest {
  const { program, version } = NamesV1;
  const argumentBuffers = encodeToBuffers(procedure.arguments, name);
  return { program, version, procedure: procedure.number, argumentBuffers };
}

/** The status word of the last reply: 0 is ok. */
function statusOf(reply: RpcReply | undefined): number | string {
  if (reply?.accepted !== true || reply.outcome.status !== 'SUCCESS') return 'no result';
  return reply.outcome.results.readUInt32BE();
}

async function ask(xid: number, procedure: typeof make, name: string): Promise<number | string> {
  const before = stock.replies.length;
  stock.send(xid, request(procedure, name));
  await cluster.time.advance(100);
  expect(stock.replies.length).toBe(before + 1);
  return statusOf(stock.replies.at(-1));
}

test('a restarted gateway: what was executed before is answered as then, also after a takeover', async () => {
  const first = await startGateway(ui);
  expect([await ask(1, make, 'x'), await ask(2, take, 'x')]).toEqual([0, 0]);
  await first.end();
  const second = await startGateway(ui);
  expect(await ask(2, take, 'x')).toBe(0);
  await second.end();
  await node.kill();
  await cluster.start('b');
  await cluster.time.advance(300);
  await startGateway(ui);
  expect(await ask(2, take, 'x')).toBe(0);
  // Another call of the same client is none of these.
  expect(await ask(3, take, 'x')).toBe(2);
});

test('another gateway vouches for other clients: its addresses mean nothing at this one', async () => {
  const first = await startGateway(ui);
  expect([await ask(1, make, 'x'), await ask(2, take, 'x')]).toEqual([0, 0]);
  await first.end();
  await startGateway(Buffer.alloc(16, 8));
  expect(await ask(2, take, 'x')).toBe(2);
});

test('a gateway that ends while a call runs: the next one is given the reply, once', async () => {
  const first = await startGateway(ui);
  expect(await ask(1, make, 'x')).toBe(0);
  cluster.disk.holdSyncs();
  stock.send(2, request(take, 'x'));
  await cluster.time.advance(100);
  await first.end();
  await startGateway(ui);
  stock.send(2, request(take, 'x'));
  await cluster.time.advance(100);
  const before = stock.replies.length;
  cluster.disk.releaseSyncs();
  await cluster.time.advance(10_000);
  expect(stock.replies.slice(before).map(statusOf)).toEqual([0]);
});
