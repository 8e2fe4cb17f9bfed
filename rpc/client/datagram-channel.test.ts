import { expect, onTestFinished, test } from 'vitest';
import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import { acceptedReply, successReply } from '../reply-message.ts';
import { RpcError } from '../rpc-error.ts';
import type { CallHandler } from '../server/connection.ts';
import { createDispatcher } from '../server/dispatcher.ts';
import { RpcServer } from '../server/rpc-server.ts';
import { udpServerOnMemory } from '../testing/datagram-pair.ts';
import {
  getKeys,
  getValue,
  HashTableClient,
  hashTable,
  hashTableDispatch,
  hashTableInMemory,
} from '../testing/hash-table-program.ts';
import { connectRpcUdp, RpcClient } from './rpc-client.ts';

const service = (): CallHandler =>
  createDispatcher([hashTableDispatch(hashTableInMemory())], {
    context: () => undefined,
    onError: (error) => {
      throw error;
    },
  });

test('rpc client over UDP: a generated stub calls a generated table', async () => {
  const { openChannel } = await udpServerOnMemory(service());
  const client = new HashTableClient(new RpcClient(await openChannel()));
  expect(await client.put({ key: 'a', value: 1 })).toBe(0);
  expect(await client.getvalue('a')).toBe(1);
  expect(await client.getkeys()).toEqual(['a']);
});

test('rpc client over UDP: a lost call is sent again under its xid, in growing intervals', async () => {
  const xids: [number, number][] = [];
  const { openChannel, time } = await udpServerOnMemory(service(), {
    datagramCopies: ({ bytes }) => {
      xids.push([time.clock.monotonicMs() - 1_000, bytes.readUInt32BE()]);
      return 0;
    },
  });
  const channel = await openChannel({ retransmitFirstMs: 100, retransmitMaxMs: 700 });
  const result = new RpcClient(channel)
    .call(hashTable, getKeys, undefined, { deadlineMs: 3_000 })
    .catch((error: unknown) => error);
  await time.advance(10_000);
  expect(await result).toMatchObject({ code: 'RPC_TIMEDOUT' });
  expect(String(await result)).toContain('no reply within 3000 ms');
  expect(xids.map(([atMs]) => atMs)).toEqual([0, 100, 300, 700, 1_400, 2_100, 2_800]);
  expect(new Set(xids.map(([, xid]) => xid)).size).toBe(1);
  expect([channel.outstanding, time.waiting]).toEqual([0, 0]);
});

test('rpc client over UDP: lost and doubled datagrams change no result', async () => {
  let count = 0;
  const { openChannel, time } = await udpServerOnMemory(service(), {
    // Of each five datagrams one is lost, one comes twice.
    datagramCopies: () => [1, 2, 0, 1, 1][(count += 1) % 5]!,
  });
  const client = new HashTableClient(new RpcClient(await openChannel()));
  const results = Array.from({ length: 200 }, (_, value) => client.put({ key: `${value}`, value }));
  await time.advance(60_000);
  expect((await Promise.all(results)).length).toBe(200);
  const keys = client.getkeys();
  await time.advance(60_000);
  expect((await keys).length).toBe(200);
});

test('rpc client over UDP: a late reply, a foreign one and what is none disturb nobody', async () => {
  const { network, openChannel, time } = await udpServerOnMemory(() => undefined);
  const channel = await openChannel();
  const result = new RpcClient(channel).call(hashTable, getValue, 'key');
  const other = await network.listenDatagrams({ host: '192.0.2.2', port: 1 }, () => undefined);
  const forged = Buffer.concat([Buffer.alloc(4), ...successReply([Buffer.alloc(4)])]);
  other.send([forged], { host: '192.0.2.2', port: 1 }, channel.local!);
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(100), forged]) channel.received(bytes);
  await time.settle();
  expect(channel.outstanding).toBe(1);
  channel.close();
  await expect(result).rejects.toMatchObject({ code: 'RPC_CANTRECV' });
});

test('rpc client over UDP: errors of the reply are those of TCP', async () => {
  const { openChannel } = await udpServerOnMemory((call, connection) => {
    connection.reply(call.xid, acceptedReply({ status: 'PROG_UNAVAIL' }));
  });
  const client = new RpcClient(await openChannel());
  await expect(client.call(hashTable, getKeys, undefined)).rejects.toMatchObject({
    code: 'RPC_PROGUNAVAIL',
  });
});

test('rpc client over UDP: where nobody listens, calls fail at once; what cannot be sent is not', async () => {
  const { server, openChannel, time } = await udpServerOnMemory(service());
  const channel = await openChannel();
  const client = new RpcClient(channel);
  const send = (argumentBytes: number) =>
    channel.send({
      program: 1,
      version: 1,
      procedure: 1,
      argumentBuffers: [Buffer.alloc(argumentBytes)],
    });
  await expect(send(65_468)).rejects.toMatchObject({
    code: 'RPC_CANTSEND',
    cause: { message: '65508 bytes do not fit a datagram' },
  });
  const credential = { flavor: 1, body: Buffer.alloc(401) };
  await expect(client.call(hashTable, getKeys, undefined, { credential })).rejects.toMatchObject({
    code: 'RPC_CANTENCODEARGS',
  });

  await server.destroy();
  await expect(send(4)).rejects.toMatchObject({
    code: 'RPC_CANTRECV',
    cause: { code: 'ECONNREFUSED' },
  });
  client.close();
  client.close();
  expect(channel.isClosed).toBe(true);
  await expect(send(4)).rejects.toMatchObject({ code: 'RPC_CANTSEND' });
  expect(time.waiting).toBe(0);
});

test('rpc client over UDP: calls outstanding are bounded', async () => {
  const { openChannel, time } = await udpServerOnMemory(() => undefined);
  const channel = await openChannel();
  const request = { program: 1, version: 1, procedure: 1, argumentBuffers: [] };
  const calls = Array.from({ length: 513 }, () => channel.send(request));
  await expect(calls.at(-1)).rejects.toMatchObject({ code: 'RPC_CANTSEND' });
  expect(channel.outstanding).toBe(512);
  channel.close();
  const settled = await Promise.allSettled(calls);
  expect(settled.every(({ status }) => status === 'rejected')).toBe(true);
  expect(time.waiting).toBe(0);
});

test('rpc over real UDP: many calls at once, 60,000 bytes each way, on every address', async () => {
  const environment = nodeEnvironment();
  const server = new RpcServer({
    ...environment,
    handler: (call, connection) => {
      connection.reply(call.xid, successReply([call.argumentBytes]));
    },
    onHandlerError: (error) => {
      throw error;
    },
  });
  onTestFinished(() => server.destroy());
  const { port } = await server.listenBoth({ host: '0.0.0.0', port: 0 });
  const { channel } = await connectRpcUdp({ host: '127.0.0.1', port }, environment);
  onTestFinished(() => channel.close());
  for (const [size, count] of [
    [60_000, 3],
    [100, 200],
  ] as const) {
    const blocks = Array.from({ length: count }, () => environment.random.bytes(size));
    const replies = await Promise.all(
      blocks.map((block) =>
        channel.send({ program: 1, version: 1, procedure: 1, argumentBuffers: [block] }),
      ),
    );
    const echoed = replies.map((reply) =>
      reply.accepted && reply.outcome.status === 'SUCCESS' ? reply.outcome.results : undefined,
    );
    expect(echoed.every((result, at) => result?.equals(blocks[at]!))).toBe(true);
  }
  await expect(connectRpcUdp({ host: 'no such host', port: 1 }, environment)).rejects.toThrow(
    RpcError,
  );
});
