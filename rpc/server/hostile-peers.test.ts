import { fc, test as propertyTest } from '@fast-check/vitest';
import { expect, onTestFinished, test } from 'vitest';
import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import type { Stream } from '../../environment/network.ts';
import { connectRpc } from '../client/rpc-client.ts';
import { successReply } from '../reply-message.ts';
import {
  getKeys,
  hashTable,
  hashTableDispatch,
  hashTableInMemory,
} from '../testing/hash-table-program.ts';
import { callRecord } from '../testing/records.ts';
import { serverOnMemory } from '../testing/rpc-pair.ts';
import type { CallHandler, RpcConnection } from './connection.ts';
import { createDispatcher } from './dispatcher.ts';
import { defaultServerLimits } from './limits.ts';
import { RpcServer, type RpcServerOptions } from './rpc-server.ts';

const { program, version } = hashTable;
const environment = nodeEnvironment();

const service = (): CallHandler =>
  createDispatcher([hashTableDispatch(hashTableInMemory())], {
    context: () => undefined,
    onError: (error) => {
      throw error;
    },
  });

async function serverOnTcp(handler: CallHandler, options: Partial<RpcServerOptions> = {}) {
  const server = new RpcServer({
    ...environment,
    ...options,
    handler,
    onHandlerError: (error) => {
      throw error;
    },
  });
  onTestFinished(() => server.destroy());
  return { server, at: await server.listen({ host: '127.0.0.1', port: 0 }) };
}

const good = Buffer.concat([
  callRecord(1, { program, version, procedure: 13 }),
  callRecord(2, { program, version, procedure: 12, argumentBuffers: [Buffer.alloc(4)] }),
]);
const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
const mangled = fc
  .array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 4 })
  .map((changes) => {
    const message = Buffer.from(good);
    for (const [at, value] of changes) message[at] = value;
    return message;
  });

propertyTest.prop([fc.array(fc.oneof(bytes, mangled), { minLength: 1, maxLength: 4 })], {
  numRuns: 300,
})('rpc server: whatever one peer sends, the server goes on for others', async (messages) => {
  const { openRaw, time, reported } = await serverOnMemory(service());
  const [hostile, other] = [await openRaw(), await openRaw()];
  for (const message of messages) hostile.stream.write([message]);
  await time.settle();
  other.stream.write([callRecord(7, { program, version, procedure: 13 })]);
  await time.settle();
  expect(other.records.length).toBe(1);
  expect(reported.filter((report) => report instanceof Error)).toEqual([]);
});

test('rpc server over TCP: a peer that never reads its replies holds a bounded amount, others are served', async () => {
  const result = successReply([Buffer.alloc(256 * 1024)]);
  const { server, at } = await serverOnTcp((call, connection) => {
    connection.reply(call.xid, call.procedure === 1 ? result : successReply([Buffer.alloc(4)]));
  });
  const deaf = await environment.network.connect(at);
  deaf.start({ data: () => {}, closed: () => {} });
  deaf.pause();
  const calls = Buffer.concat(Array.from({ length: 500 }, (_, xid) => callRecord(xid)));
  for (let turn = 0; turn < 20; turn += 1) deaf.write([calls]);

  const client = await connectRpc(at, environment);
  for (let turn = 0; turn < 50; turn += 1) {
    expect(await client.call(hashTable, getKeys, undefined)).toEqual([]);
  }
  const unsent = [...server.connections].map((connection) => connection.unsentBytes);
  expect(Math.max(...unsent)).toBeGreaterThan(1024 * 1024);
  expect(Math.max(...unsent)).toBeLessThan(8 * 1024 * 1024);
  client.close();
  deaf.destroy();
});

test('rpc server: of many calls at once whose replies may be large, few are begun', async () => {
  const begun: number[] = [];
  const { openRaw, time, accepted } = await serverOnMemory((call) => begun.push(call.xid));
  const peer = await openRaw();
  const calls = Array.from({ length: 640 }, (_, xid) => callRecord(xid, { procedure: 6 }));
  peer.stream.write([Buffer.concat(calls)]);
  await time.settle();
  const { largeRepliesInFlightMax } = defaultServerLimits;
  expect(begun.length).toBe(largeRepliesInFlightMax);
  accepted[0]!.reply(0, successReply([Buffer.alloc(1024 * 1024)]));
  await time.settle();
  expect(begun.length).toBe(largeRepliesInFlightMax + 1);
});

test('rpc server over TCP: hundreds of idle connections cost nothing, and one more is served', async () => {
  const { server, at } = await serverOnTcp(service());
  const idle: Stream[] = [];
  for (let count = 0; count < 500; count += 1) {
    const stream = await environment.network.connect(at);
    stream.start({ data: () => {}, closed: () => {} });
    idle.push(stream);
  }
  const client = await connectRpc(at, environment);
  expect(await client.call(hashTable, getKeys, undefined)).toEqual([]);
  expect(server.connections.size).toBe(501);
  client.close();
  for (const stream of idle) stream.destroy();
  while (server.connections.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
});

test('rpc server over TCP: a connection that is held as it comes is not read into memory', async () => {
  const held: RpcConnection[] = [];
  const { at } = await serverOnTcp(service(), {
    onConnection: (connection) => {
      if (held.length > 0) return;
      connection.pauseReading();
      held.push(connection);
    },
  });
  const pushing = await environment.network.connect(at);
  pushing.start({ data: () => {}, closed: () => {} });
  // More than what the system keeps for both ends.
  const sentBytes = 64 * 1024 * 1024;
  pushing.write([Buffer.alloc(sentBytes)]);
  const client = await connectRpc(at, environment);
  for (let count = 0; count < 50; count += 1) await client.call(hashTable, getKeys, undefined);
  expect(pushing.bufferedBytes).toBe(sentBytes);
  pushing.destroy();
  client.close();
});

test('rpc server over TCP: large calls and replies pass whole', async () => {
  const { at } = await serverOnTcp((call, connection) => {
    connection.reply(call.xid, successReply([call.argumentBytes]));
  });
  const client = await connectRpc(at, environment);
  const blocks = [1_024, 65_536, 1024 * 1024].map((size) => environment.random.bytes(size));
  const replies = await Promise.all(
    blocks.map((block) =>
      client.channel.send({ program, version, procedure: 1, argumentBuffers: [block] }),
    ),
  );
  const echoed = replies.map((reply) =>
    reply.accepted && reply.outcome.status === 'SUCCESS' ? reply.outcome.results : undefined,
  );
  expect(echoed.map((result, index) => result?.equals(blocks[index]!))).toEqual([true, true, true]);
  client.close();
});
