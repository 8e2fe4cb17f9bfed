import { expect, test } from 'vitest';
import type { DatagramListener } from '../../environment/network.ts';
import { openRpcChannel } from '../../rpc/client/rpc-channel.ts';
import { encodeCall } from '../../rpc/call-message.ts';
import { datagramOf } from '../../rpc/datagram-message.ts';
import { seededRandom } from '../../environment/testing/seeded-random.ts';
import { encodeToBuffer } from '../../xdr/decode.ts';
import { NamesV1 } from './testing/names-service.ts';
import { TestCluster, type TestNode } from './testing/test-node.ts';

const { make, take, look } = NamesV1.procedures;
const clientAt = { host: '127.0.0.1', port: 700 };

/** A kernel client over UDP: it stays at its port, whoever serves. */
class UdpClient {
  readonly replies: string[] = [];
  readonly #cluster: TestCluster;
  #socket: DatagramListener | undefined;

  constructor(cluster: TestCluster) {
    this.#cluster = cluster;
  }

  async ask(node: TestNode, xid: number, procedure: typeof make, name: string): Promise<string> {
    this.#socket ??= await this.#cluster.network.listenDatagrams(clientAt, ({ bytes }) =>
      this.replies.push(bytes.toString('hex')),
    );
    const before = this.replies.length;
    const { service } = node.volume.status();
    const message = encodeCall({
      program: NamesV1.program,
      version: NamesV1.version,
      procedure: procedure.number,
      argumentBuffers: [encodeToBuffer(procedure.arguments, name)],
    });
    this.#socket.send(datagramOf(xid, message), clientAt, service!);
    await this.#cluster.time.advance(50);
    expect(this.replies.length).toBe(before + 1);
    return this.replies.at(-1)!;
  }
}

/** The last word of a reply is the status. */
function status(reply: string): string | undefined {
  return ['ok', 'exists', 'missing'][Number(reply.slice(-1))];
}

async function pair() {
  const cluster = new TestCluster();
  const a = await cluster.start('a');
  await cluster.time.advance(200);
  const b = await cluster.start('b');
  await cluster.time.advance(200);
  return { cluster, a, b, client: new UdpClient(cluster) };
}

test('UDP: the service port takes calls of stock clients, and TCP has the same port', async () => {
  const { cluster, a, client } = await pair();
  expect(status(await client.ask(a, 1, make, 'x'))).toBe('ok');
  expect(status(await client.ask(a, 2, look, 'x'))).toBe('ok');
  const { network, time } = cluster;
  const channel = await openRpcChannel(a.volume.status().service!, {
    network,
    timers: time.timers,
    random: seededRandom(1),
  });
  expect(channel.isClosed).toBe(false);
});

test('UDP: a retransmission gets the registered reply, byte for byte', async () => {
  const { a, client } = await pair();
  await client.ask(a, 1, make, 'x');
  const first = await client.ask(a, 2, take, 'x');
  expect(await client.ask(a, 2, take, 'x')).toBe(first);
  expect(status(first)).toBe('ok');
  expect(a.volume.status().statistics).toMatchObject({
    duplicatesDone: 1,
    datagramsMalformed: 0,
    datagramCallsDropped: 0,
  });
});

test('UDP: takeover: the backup knows the retransmission of a call that the dead primary answered', async () => {
  const { cluster, a, b, client } = await pair();
  await client.ask(a, 1, make, 'x');
  const first = await client.ask(a, 2, take, 'x');
  await a.kill();
  await cluster.time.advance(200);
  expect(await client.ask(b, 2, take, 'x')).toBe(first);
  expect(status(await client.ask(b, 3, take, 'x'))).toBe('missing');
});

test('UDP: a primary that ends has left its port, and the backup answers at its own', async () => {
  const { cluster, a, b, client } = await pair();
  await client.ask(a, 1, make, 'x');
  const service = a.volume.status().service!;
  await cluster.settled(a.process.close());
  await (await cluster.network.listenDatagrams(service, () => undefined)).close();
  await cluster.time.advance(500);
  expect(status(await client.ask(b, 2, look, 'x'))).toBe('ok');
});
