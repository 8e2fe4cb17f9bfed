import { fc, test as propertyTest } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import type { Endpoint } from '../../environment/network.ts';
import type { RpcCall } from '../call-message.ts';
import { datagramBytesMax } from '../datagram-message.ts';
import { successReply } from '../reply-message.ts';
import { callDatagram, serverAt, udpServerOnMemory } from '../testing/datagram-pair.ts';
import { repliesIn, xidsIn } from '../testing/records.ts';
import type { CallHandler, RpcConnection } from './connection.ts';

const echo: CallHandler = (call, connection) => {
  connection.reply(call.xid, successReply([call.argumentBytes]));
};

/** Keeps calls until a test answers them. */
function keeping() {
  const calls: RpcCall[] = [];
  const connections: RpcConnection[] = [];
  const handler: CallHandler = (call, connection) => {
    calls.push(call);
    connections.push(connection);
  };
  return { calls, connections, handler };
}

test('rpc server over UDP: each call is answered where it came from, from the address that was asked', async () => {
  const seen: { peer: Endpoint; local: Endpoint; transport: string }[] = [];
  const { openRaw, time, server } = await udpServerOnMemory((call, connection) => {
    const { peer, local, transport } = connection;
    seen.push({ peer, local, transport });
    echo(call, connection);
  });
  const [one, other] = [await openRaw(), await openRaw()];
  one.call(1, { argumentBuffers: [Buffer.from('from one')] });
  other.call(1, { argumentBuffers: [Buffer.from('from other..')] });
  one.call(2);
  await time.settle();
  // The double hands a peer only what comes from the address that it asks.
  expect(xidsIn(one.received)).toEqual([1, 2]);
  expect(repliesIn(other.received)).toMatchObject([
    { xid: 1, outcome: { status: 'SUCCESS', results: Buffer.from('from other..') } },
  ]);
  expect(seen[0]).toEqual({ peer: one.local, local: serverAt, transport: 'udp' });
  expect(server.connections.size).toBe(0);
  expect(server.callsInFlight).toBe(0);
});

test('rpc server over UDP: a peer lasts while its calls wait, and its replies may come in any order', async () => {
  const { calls, connections, handler } = keeping();
  const { openRaw, time, server } = await udpServerOnMemory(handler);
  const peer = await openRaw();
  for (const xid of [1, 2, 3, 3]) peer.call(xid);
  await time.settle();
  expect(calls.map((call) => call.xid)).toEqual([1, 2, 3, 3]);
  expect(new Set(connections).size).toBe(1);
  const [connection] = connections;
  const closed: string[] = [];
  connection!.onClose(() => closed.push('at the last reply'));
  expect([connection!.callsInFlight, server.callsInFlight]).toEqual([4, 4]);
  connection!.reply(2, successReply([]));
  connection!.reply(1, successReply([]));
  connection!.drop(3);
  expect([connection!.isClosed, closed.length]).toEqual([false, 0]);
  connection!.reply(3, successReply([]));
  expect([connection!.isClosed, closed.length, server.callsInFlight]).toEqual([true, 1, 0]);
  connection!.onClose(() => closed.push('later'));
  connection!.reply(3, successReply([]));
  connection!.drop(3);
  await time.settle();
  expect(closed).toEqual(['at the last reply', 'later']);
  expect(xidsIn(peer.received)).toEqual([2, 1, 3]);
  peer.call(4);
  await time.settle();
  expect(connections.at(-1)).not.toBe(connection);
  expect(connections.at(-1)!.id).not.toBe(connection!.id);
});

test('rpc server over UDP: what is no call is dropped and counted, another RPC version refused', async () => {
  const { openRaw, time, server, reported } = await udpServerOnMemory(echo);
  const peer = await openRaw();
  const otherVersion = callDatagram(2);
  otherVersion.writeUInt32BE(3, 8);
  const isReply = Buffer.from('000000010000000100000000', 'hex');
  peer.send(Buffer.alloc(0), Buffer.from('junk'), isReply, callDatagram(1).subarray(0, 30));
  peer.send(otherVersion);
  peer.call(3);
  await time.settle();
  expect(repliesIn(peer.received)).toMatchObject([
    { xid: 2, rejection: { status: 'RPC_MISMATCH', low: 2, high: 2 } },
    { xid: 3, accepted: true },
  ]);
  expect(server.datagramStatistics.malformed).toBe(4);
  expect(reported).toEqual([]);
});

test('rpc server over UDP: a reply of 65,507 bytes passes, one more is SYSTEM_ERR, reported once a minute', async () => {
  const fits = datagramBytesMax - 24;
  const { openRaw, time, server, reported } = await udpServerOnMemory((call, connection) => {
    connection.reply(call.xid, successReply([Buffer.alloc(fits + (call.xid > 1 ? 1 : 0))]));
  });
  const peer = await openRaw();
  for (const xid of [1, 2, 3]) peer.call(xid);
  await time.settle();
  expect(peer.received[0]!.length).toBe(datagramBytesMax);
  expect(repliesIn(peer.received.slice(1))).toMatchObject([
    { xid: 2, outcome: { status: 'SYSTEM_ERR' } },
    { xid: 3, outcome: { status: 'SYSTEM_ERR' } },
  ]);
  expect(reported.map(String)).toEqual([
    'RangeError: a reply of 65508 bytes does not fit a datagram',
  ]);
  expect(server.datagramStatistics.repliesTooLong).toBe(2);
  await time.advance(60_000);
  peer.call(4);
  await time.settle();
  expect(reported.length).toBe(2);
});

test('rpc server over UDP: a flood from one address leaves room for others, and what is beyond is dropped', async () => {
  const { calls, connections, handler } = keeping();
  const { network, openRaw, time, server } = await udpServerOnMemory(handler, {
    limits: { datagramCallsMax: 10, datagramCallsPerAddressMax: 6 },
  });
  const flood = await Promise.all([openRaw(), openRaw()]);
  for (let xid = 1; xid <= 500; xid += 1) for (const peer of flood) peer.call(xid);
  await time.settle();
  expect(calls.length).toBe(6);
  expect(server.datagramStatistics.callsDropped).toBe(994);

  const elsewhere = await network.listenDatagrams({ host: '192.0.2.9', port: 900 }, () => {});
  const from = { host: '192.0.2.9', port: 900 };
  for (let xid = 1; xid <= 500; xid += 1) elsewhere.send([callDatagram(xid)], from, serverAt);
  await time.settle();
  expect(calls.length).toBe(10);
  for (const [at, call] of calls.entries()) connections[at]!.drop(call.xid);
  expect(server.callsInFlight).toBe(0);
  flood[0].call(501);
  await time.settle();
  expect(calls.length).toBe(11);
});

test('rpc server over UDP: a peer that is held is not heard until it is let go', async () => {
  const { calls, connections, handler } = keeping();
  const { openRaw, time, server } = await udpServerOnMemory(handler, {
    limits: { datagramCallsMax: 2 },
  });
  const [held, other, third] = [await openRaw(), await openRaw(), await openRaw()];
  held.call(1);
  await time.settle();
  connections[0]!.pauseReading();
  connections[0]!.reply(1, successReply([]));
  held.call(2);
  await time.settle();
  expect([calls.length, connections[0]!.isClosed]).toEqual([1, false]);
  other.call(1);
  third.call(1);
  await time.settle();
  // Peers are bounded as calls are: who is held takes a place.
  expect(calls.length).toBe(2);
  expect(server.datagramStatistics.callsDropped).toBe(2);
  connections[0]!.resumeReading();
  expect(connections[0]!.isClosed).toBe(true);
  held.call(2);
  await time.settle();
  expect(calls.length).toBe(3);
});

test('rpc server over UDP: a handler that throws is reported, its call answered with SYSTEM_ERR once', async () => {
  const failure = new Error('bug');
  const { openRaw, time, reported, server } = await udpServerOnMemory((call, connection) => {
    if (call.xid === 2) echo(call, connection);
    throw failure;
  });
  const peer = await openRaw();
  peer.call(1);
  peer.call(2);
  await time.settle();
  expect(reported).toEqual([failure, failure]);
  expect(repliesIn(peer.received)).toMatchObject([
    { xid: 1, outcome: { status: 'SYSTEM_ERR' } },
    { xid: 2, outcome: { status: 'SUCCESS' } },
  ]);
  expect(server.callsInFlight).toBe(0);
});

test('rpc server over UDP: a call is answered once; answering it again is a bug', async () => {
  const { connections, handler } = keeping();
  const { openRaw, time } = await udpServerOnMemory(handler);
  const peer = await openRaw();
  peer.call(1);
  await time.settle();
  connections[0]!.pauseReading();
  connections[0]!.drop(1);
  expect(() => connections[0]!.reply(1, successReply([]))).toThrow('answered or dropped once');
});

test('rpc server over UDP: after stopListening nothing is taken, and what was taken is answered', async () => {
  const { calls, connections, handler } = keeping();
  const { network, openRaw, time, server } = await udpServerOnMemory(handler);
  const peer = await openRaw();
  peer.call(1);
  await time.settle();
  await server.stopListening();
  peer.call(2);
  await time.settle();
  expect(calls.length).toBe(1);
  connections[0]!.reply(1, successReply([]));
  await time.settle();
  expect(xidsIn(peer.received)).toEqual([1]);
  // The port is free when the last call has ended.
  await (await network.listenDatagrams(serverAt, () => undefined)).close();
  await server.close();
});

test.each(['close', 'destroy'] as const)(
  'rpc server over UDP: after %s the port is free and nobody is answered',
  async (how) => {
    const { connections, handler } = keeping();
    const { network, openRaw, time, server } = await udpServerOnMemory(handler);
    const peer = await openRaw();
    peer.call(1);
    peer.call(2);
    await time.settle();
    await server[how]();
    expect([connections[0]!.isClosed, server.callsInFlight]).toEqual([true, 0]);
    connections[0]!.reply(1, successReply([]));
    await time.settle();
    expect(peer.received).toEqual([]);
    await network.listenDatagrams(serverAt, () => undefined);
  },
);

test('rpc server over UDP: replies that the network does not take are dropped, not kept', async () => {
  const { connections, handler } = keeping();
  const { openRaw, time, server } = await udpServerOnMemory(handler);
  const peer = await openRaw();
  for (const xid of [1, 2]) peer.call(xid);
  await time.settle();
  const listener: unknown = Reflect.get(connections[0]!, 'listener');
  Object.assign(listener as object, { unsentBytes: 16 * 1024 * 1024 });
  connections[0]!.reply(1, successReply([]));
  Object.assign(listener as object, { unsentBytes: 0 });
  connections[0]!.reply(2, successReply([]));
  await time.settle();
  expect(xidsIn(peer.received)).toEqual([2]);
  expect(server.datagramStatistics.repliesDropped).toBe(1);
});

test('rpc server: TCP and UDP on one port, or on none', async () => {
  const { network, server, openRaw, time } = await udpServerOnMemory(echo);
  const host = '192.0.2.1';
  const both = await server.listenBoth({ host, port: 0 });
  await network.connect(both);
  await expect(network.listenDatagrams(both, () => {})).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });

  // The next port that the double gives is taken for TCP: the one after it serves for both.
  const taken = { host, port: both.port + 2 };
  await network.listen(taken, () => undefined);
  expect((await server.listenBoth({ host, port: 0 })).port).toBe(both.port + 3);
  await expect(server.listenBoth(taken)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await network.listenDatagrams(taken, () => undefined);

  const peer = await openRaw();
  peer.call(1);
  await time.settle();
  expect(peer.received.length).toBe(1);
});

const good = callDatagram(1, { argumentBuffers: [Buffer.from('arguments...')] });
const mangled = fc
  .array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 4 })
  .map((changes) => {
    const datagram = Buffer.from(good);
    for (const [at, value] of changes) datagram[at] = value;
    return datagram;
  });
const bytes = fc.uint8Array({ maxLength: 100 }).map((array) => Buffer.from(array));

propertyTest.prop([fc.array(fc.oneof(bytes, mangled), { maxLength: 8 })], { numRuns: 300 })(
  'rpc server over UDP: whatever is sent, the server goes on',
  async (datagrams) => {
    const { openRaw, time, reported, server } = await udpServerOnMemory(echo);
    const [hostile, other] = [await openRaw(), await openRaw()];
    hostile.send(...datagrams);
    other.call(7);
    await time.settle();
    expect(xidsIn(other.received)).toEqual([7]);
    expect(reported).toEqual([]);
    expect(server.callsInFlight).toBe(0);
  },
);
