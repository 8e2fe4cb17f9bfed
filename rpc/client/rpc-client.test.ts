import { expect, test } from 'vitest';
import type { Network } from '../../environment/network.ts';
import { manualClock } from '../../environment/testing/manual-clock.ts';
import { memoryNetwork } from '../../environment/testing/memory-network.ts';
import { seededRandom } from '../../environment/testing/seeded-random.ts';
import { authSys } from '../auth.ts';
import type { RpcCall } from '../call-message.ts';
import { acceptedReply, rejectedReply, successReply } from '../reply-message.ts';
import { RpcError, rpcErrorCodes } from '../rpc-error.ts';
import type { CallHandler, RpcConnection } from '../server/connection.ts';
import { createDispatcher } from '../server/dispatcher.ts';
import {
  getKeys,
  getValue,
  HashTableClient,
  hashTable,
  hashTableDispatch,
  hashTableInMemory,
  put,
} from '../testing/hash-table-program.ts';
import { serverOnMemory } from '../testing/rpc-pair.ts';
import { openRpcChannel } from './rpc-channel.ts';
import { connectRpc, RpcClient } from './rpc-client.ts';

const service = (): CallHandler =>
  createDispatcher([hashTableDispatch(hashTableInMemory())], {
    context: () => undefined,
    onError: (error) => {
      throw error;
    },
  });

/** A server that keeps its calls, and a client of it. */
async function kept() {
  const calls: RpcCall[] = [];
  const connections: RpcConnection[] = [];
  const world = await serverOnMemory((call, connection) => {
    calls.push(call);
    connections.push(connection);
  });
  const channel = await world.openChannel();
  return { ...world, calls, connections, channel, client: new RpcClient(channel) };
}

/** What a call to a server that gives this reply comes to. */
async function answered(reply: readonly Buffer[]): Promise<unknown> {
  const { openChannel } = await serverOnMemory((call, connection) => {
    connection.reply(call.xid, reply);
  });
  const client = new RpcClient(await openChannel());
  return client.call(hashTable, getValue, 'key').catch((error: unknown) => error);
}

test('rpc client: a generated stub calls a generated table', async () => {
  const { openChannel } = await serverOnMemory(service());
  const client = new HashTableClient(new RpcClient(await openChannel()));
  expect(await client.put({ key: 'a', value: 1 })).toBe(0);
  expect(await client.put({ key: 'b', value: -2 })).toBe(0);
  expect(await client.getvalue('b')).toBe(-2);
  expect(await client.getvalue('c')).toBe(-1);
  expect(await client.getkeys()).toEqual(['a', 'b']);
});

test.each([1, 2])('rpc client: works on %i bytes at a time', async (chunkBytesMax) => {
  const { openChannel } = await serverOnMemory(service(), { chunkBytesMax });
  const client = new HashTableClient(new RpcClient(await openChannel()));
  await client.put({ key: 'key', value: 1 });
  expect(await client.getkeys()).toEqual(['key']);
});

test('rpc client: many calls are outstanding, and replies find theirs in any order', async () => {
  const { client, calls, connections, time } = await kept();
  const results = Array.from({ length: 60 }, (_, at) => client.call(hashTable, getValue, `${at}`));
  await time.settle();
  expect(calls.length).toBe(60);
  expect(new Set(calls.map((call) => call.xid)).size).toBe(60);
  for (const call of calls.reverse()) {
    const value = Number(call.argumentBytes.toString('latin1', 4, 4 + call.argumentBytes[3]!));
    const result = Buffer.alloc(4);
    result.writeInt32BE(value);
    connections[0]!.reply(call.xid, successReply([result]));
  }
  expect(await Promise.all(results)).toEqual(Array.from({ length: 60 }, (_, at) => at));
  expect(client.channel.outstanding).toBe(0);
});

test.each([
  [acceptedReply({ status: 'PROG_UNAVAIL' }), { code: 'RPC_PROGUNAVAIL' }],
  [
    acceptedReply({ status: 'PROG_MISMATCH', low: 2, high: 3 }),
    { code: 'RPC_PROGVERSMISMATCH', lowVersion: 2, highVersion: 3 },
  ],
  [acceptedReply({ status: 'PROC_UNAVAIL' }), { code: 'RPC_PROCUNAVAIL' }],
  [acceptedReply({ status: 'GARBAGE_ARGS' }), { code: 'RPC_CANTDECODEARGS' }],
  [acceptedReply({ status: 'SYSTEM_ERR' }), { code: 'RPC_SYSTEMERROR' }],
  [
    rejectedReply({ status: 'RPC_MISMATCH', low: 3, high: 4 }),
    { code: 'RPC_VERSMISMATCH', lowVersion: 3, highVersion: 4 },
  ],
  [
    rejectedReply({ status: 'AUTH_ERROR', authStat: 'AUTH_TOOWEAK' }),
    { code: 'RPC_AUTHERROR', authStat: 'AUTH_TOOWEAK' },
  ],
  [successReply([]), { code: 'RPC_CANTDECODERES' }],
  [successReply([Buffer.alloc(8)]), { code: 'RPC_CANTDECODERES' }],
])('rpc client: a reply becomes the error of its clnt_stat name (%#)', async (reply, expected) => {
  const error = await answered(reply);
  expect(error).toBeInstanceOf(RpcError);
  expect(error).toMatchObject(expected);
});

test('rpc client: messages read as clnt_perror(3) words them', async () => {
  const mismatch = await answered(acceptedReply({ status: 'PROG_MISMATCH', low: 2, high: 3 }));
  expect(String(mismatch)).toBe(
    'RpcError: HASHTABLE_VERSION GETVALUE: RPC: program version is not served; low version = 2, high version = 3',
  );
  const weak = await answered(rejectedReply({ status: 'AUTH_ERROR', authStat: 'AUTH_TOOWEAK' }));
  expect(String(weak)).toContain('RPC: credential or verifier was refused; why = AUTH_TOOWEAK');
  expect(Object.keys(rpcErrorCodes).every((code) => code.startsWith('RPC_'))).toBe(true);
});

test('rpc client: arguments over their limits are RPC_CANTENCODEARGS, and nothing is sent', async () => {
  const { client, calls, time } = await kept();
  const call = client.call(hashTable, put, { key: 'k'.repeat(257), value: 1 });
  await expect(call).rejects.toMatchObject({ code: 'RPC_CANTENCODEARGS' });
  const verifier = { flavor: 1, body: Buffer.alloc(401) };
  const request = { program: 1, version: 1, procedure: 1, verifier, argumentBuffers: [] };
  await expect(client.channel.send(request)).rejects.toMatchObject({ code: 'RPC_CANTENCODEARGS' });
  await time.settle();
  expect(calls.length).toBe(0);
});

test('rpc client: a deadline is RPC_TIMEDOUT, and a late reply disturbs nobody', async () => {
  const { client, calls, connections, time } = await kept();
  const hurried = client.call(hashTable, getKeys, undefined, { deadlineMs: 500 });
  const patient = client.call(hashTable, getKeys, undefined);
  const timedOut = expect(hurried).rejects.toMatchObject({ code: 'RPC_TIMEDOUT' });
  await time.advance(500);
  await timedOut;
  await time.advance(86_400_000);
  expect(client.channel.outstanding).toBe(1);
  for (const call of calls) connections[0]!.reply(call.xid, successReply([Buffer.alloc(4)]));
  expect(await patient).toEqual([]);
  expect(client.channel.isClosed).toBe(false);
});

test('rpc client: an answered call leaves no timer behind', async () => {
  const { openChannel, time } = await serverOnMemory(service());
  const client = new RpcClient(await openChannel(), { deadlineMs: 1_000 });
  const before = time.waiting;
  await client.call(hashTable, getKeys, undefined);
  expect(time.waiting).toBe(before);
});

test('rpc client: a lost connection rejects all that is outstanding with RPC_CANTRECV, later calls with RPC_CANTSEND', async () => {
  const { client, network, time } = await kept();
  const closings: unknown[] = [];
  client.channel.onClose((error) => closings.push(error));
  const outstanding = [
    client.call(hashTable, getKeys, undefined, { deadlineMs: 1_000 }),
    client.call(hashTable, getKeys, undefined),
  ].map((call) => call.catch((error: unknown) => error));
  await time.settle();
  network.reset();
  expect(await Promise.all(outstanding)).toMatchObject([
    { code: 'RPC_CANTRECV', cause: { code: 'ECONNRESET' } },
    { code: 'RPC_CANTRECV', cause: { code: 'ECONNRESET' } },
  ]);
  await expect(client.call(hashTable, getKeys, undefined)).rejects.toMatchObject({
    code: 'RPC_CANTSEND',
    cause: { code: 'ECONNRESET' },
  });
  client.channel.onClose((error) => closings.push(error));
  await time.settle();
  expect(closings).toMatchObject([{ code: 'ECONNRESET' }, { code: 'ECONNRESET' }]);
});

test('rpc client: closing rejects what is outstanding', async () => {
  const { client, time } = await kept();
  const call = expect(client.call(hashTable, getKeys, undefined)).rejects.toMatchObject({
    code: 'RPC_CANTRECV',
  });
  await time.settle();
  client.close();
  client.close();
  await call;
});

test('rpc client: calls beyond the limit are refused, not queued without end', async () => {
  const time = manualClock();
  const network = memoryNetwork(time.timers);
  const at = { host: '127.0.0.1', port: 1 };
  await network.listen(at, (stream) => stream.start({ data: () => {}, closed: () => {} }));
  const channel = await openRpcChannel(at, {
    network,
    timers: time.timers,
    random: seededRandom(1),
    outstandingMax: 2,
  });
  const request = { program: 1, version: 1, procedure: 1, argumentBuffers: [] };
  const sent = [channel.send(request), channel.send(request)];
  await expect(channel.send(request)).rejects.toMatchObject({ code: 'RPC_CANTSEND' });
  expect(channel.unsentBytes).toBe(88);
  channel.close();
  await Promise.allSettled(sent);
});

test.each([
  ['a record that is too long', Buffer.from([0xff, 0xff, 0xff, 0xff])],
  ['something that is no reply', Buffer.from([0x80, 0, 0, 4, 0, 0, 0, 0])],
])('rpc client: %s ends the connection', async (_name, bytes) => {
  const time = manualClock();
  const network = memoryNetwork(time.timers);
  const at = { host: '127.0.0.1', port: 1 };
  await network.listen(at, (stream) => {
    stream.start({ data: () => stream.write([bytes]), closed: () => {} });
  });
  const options = { network, timers: time.timers, random: seededRandom(1) };
  const client = await connectRpc(at, options);
  await expect(client.call(hashTable, getKeys, undefined)).rejects.toMatchObject({
    code: 'RPC_CANTRECV',
  });
  expect(client.channel.isClosed).toBe(true);
});

test('rpc client: the credential of the client, or of the call', async () => {
  const world = await kept();
  const credential = authSys({ machineName: 'host', uid: 1, gid: 1, gids: [] });
  const other = authSys({ machineName: 'host', uid: 2, gid: 2, gids: [] });
  const client = new RpcClient(world.channel, { credential });
  const calls = [
    client.call(hashTable, getKeys, undefined),
    client.call(hashTable, getKeys, undefined, { credential: other }),
  ];
  await world.time.settle();
  expect(world.calls.map((call) => call.credential)).toEqual([credential, other]);
  client.close();
  await Promise.allSettled(calls);
});

test('rpc client: a failed connection is RPC_SYSTEMERROR with its cause, an unknown name RPC_UNKNOWNHOST', async () => {
  const { timers } = manualClock();
  const failing = (code: string): Network => ({
    ...memoryNetwork(timers),
    connect: () => Promise.reject(Object.assign(new Error(code), { code })),
  });
  const attempt = (code: string) =>
    connectRpc({ host: 'h', port: 1 }, { network: failing(code), timers, random: seededRandom(1) });
  await expect(attempt('ECONNREFUSED')).rejects.toMatchObject({
    code: 'RPC_SYSTEMERROR',
    cause: { code: 'ECONNREFUSED' },
  });
  await expect(attempt('ENOTFOUND')).rejects.toMatchObject({ code: 'RPC_UNKNOWNHOST' });
});
