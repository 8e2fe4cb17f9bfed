import { expect, test } from 'vitest';
import type { RpcCall } from '../call-message.ts';
import { acceptedReply, successReply } from '../reply-message.ts';
import { callRecord, repliesIn, xidsIn } from '../testing/records.ts';
import { serverOnMemory } from '../testing/rpc-pair.ts';
import type { CallHandler, RpcConnection } from './connection.ts';

const echo: CallHandler = (call, connection) => {
  connection.reply(call.xid, successReply([call.argumentBytes]));
};

/** Keeps calls until a test answers them. */
function keeping(): { calls: RpcCall[]; handler: CallHandler } {
  const calls: RpcCall[] = [];
  return { calls, handler: (call) => calls.push(call) };
}

const callsFrom = (first: number, count: number): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, at) => callRecord(first + at)));

test('rpc server: pipelined calls in one piece are answered in one write', async () => {
  const { openRaw, time } = await serverOnMemory(echo);
  const peer = await openRaw();
  peer.stream.write([callsFrom(1, 20)]);
  await time.settle();
  expect(xidsIn(peer.records)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  expect(peer.pieces.length).toBe(1);
});

test('rpc server: many small replies of one turn begin to leave before the last is made', async () => {
  const { openRaw, time } = await serverOnMemory(echo);
  const peer = await openRaw();
  peer.stream.write([callsFrom(1, 200)]);
  await time.settle();
  expect(xidsIn(peer.records)).toEqual(Array.from({ length: 200 }, (_, at) => at + 1));
  expect(peer.pieces.map(({ length }) => length >= 4_096)).toEqual([true, false]);
});

test.each([1, 2])('rpc server: fed %i bytes at a time', async (chunkBytesMax) => {
  const { openRaw, time } = await serverOnMemory(echo, { chunkBytesMax });
  const peer = await openRaw();
  peer.stream.write([callRecord(7, { argumentBuffers: [Buffer.from('slow but sure 16')] })]);
  await time.settle();
  expect(repliesIn(peer.records)).toMatchObject([
    {
      xid: 7,
      accepted: true,
      outcome: { status: 'SUCCESS', results: Buffer.from('slow but sure 16') },
    },
  ]);
});

test('rpc server: replies go out in the order of the answers, large ones uncopied between small ones', async () => {
  const { calls, handler } = keeping();
  const { openRaw, time, accepted } = await serverOnMemory(handler);
  const peer = await openRaw();
  peer.stream.write([callsFrom(1, 3)]);
  await time.settle();
  const large = Buffer.alloc(5_000, 'x');
  accepted[0]!.reply(3, successReply([]));
  accepted[0]!.reply(1, successReply([large]));
  accepted[0]!.reply(2, successReply([Buffer.from('tail')]));
  await time.settle();
  expect(calls.length).toBe(3);
  expect(xidsIn(peer.records)).toEqual([3, 1, 2]);
  expect(repliesIn(peer.records)[1]).toMatchObject({ outcome: { results: large } });
  expect(peer.pieces.length).toBe(1);
});

test('rpc server: a call of another RPC version is refused, and the connection goes on', async () => {
  const { openRaw, time } = await serverOnMemory(echo);
  const peer = await openRaw();
  const wrong = callRecord(1);
  wrong.writeUInt32BE(3, 12);
  peer.stream.write([wrong, callRecord(2)]);
  await time.settle();
  expect(repliesIn(peer.records)).toMatchObject([
    { xid: 1, rejection: { status: 'RPC_MISMATCH', low: 2, high: 2 } },
    { xid: 2, accepted: true },
  ]);
});

test.each([
  ['a record that is too long', Buffer.from([0xff, 0xff, 0xff, 0xff]), 'record-too-long'],
  ['fragments without end', Buffer.alloc(4 * 5_000), 'too-many-fragments'],
  ['an empty record', Buffer.from([0x80, 0, 0, 0]), 'not-a-call'],
  ['a reply', Buffer.from('8000000c000000010000000100000000', 'hex'), 'not-a-call'],
  ['a truncated header', Buffer.from('8000000c000000010000000000000002', 'hex'), 'not-a-call'],
])('rpc server: %s closes the connection, others go on', async (_name, bytes, reason) => {
  const { openRaw, time, reported } = await serverOnMemory(echo);
  const [bad, good] = [await openRaw(), await openRaw()];
  bad.stream.write([bytes]);
  await time.settle();
  expect(bad.isClosed).toBe(true);
  expect(reported).toEqual([reason]);
  good.stream.write([callRecord(1)]);
  await time.settle();
  expect(good.records.length).toBe(1);
});

test('rpc server: a handler that throws is reported, its call answered with SYSTEM_ERR once', async () => {
  const failure = new Error('bug');
  const { openRaw, time, reported } = await serverOnMemory((call, connection) => {
    if (call.xid === 2) echo(call, connection);
    throw failure;
  });
  const peer = await openRaw();
  peer.stream.write([callsFrom(1, 2)]);
  await time.settle();
  expect(reported).toEqual([failure, failure]);
  expect(repliesIn(peer.records)).toMatchObject([
    { xid: 1, outcome: { status: 'SYSTEM_ERR' } },
    { xid: 2, outcome: { status: 'SUCCESS' } },
  ]);
});

test('rpc server: beyond the calls in flight nothing is taken until one ends', async () => {
  const { calls, handler } = keeping();
  const { openRaw, time, accepted } = await serverOnMemory(handler, {
    limits: { callsInFlightMax: 3 },
  });
  const peer = await openRaw();
  peer.stream.write([callsFrom(1, 5)]);
  peer.stream.write([callsFrom(6, 5)]);
  await time.settle();
  expect(calls.map((call) => call.xid)).toEqual([1, 2, 3]);
  accepted[0]!.reply(2, successReply([]));
  await time.settle();
  expect(calls.length).toBe(4);
  accepted[0]!.drop(1);
  accepted[0]!.drop(3);
  await time.settle();
  expect(calls.map((call) => call.xid)).toEqual([1, 2, 3, 4, 5, 6]);
  for (const xid of [4, 5, 6]) accepted[0]!.drop(xid);
  await time.settle();
  expect(calls.length).toBe(9);
});

test('rpc server: large calls in flight are bounded by their bytes', async () => {
  const { calls, handler } = keeping();
  const { openRaw, time, accepted } = await serverOnMemory(handler, {
    limits: { recordBytesMax: 60_000, callBytesInFlightMax: 100_000 },
  });
  const peer = await openRaw();
  const argumentBuffers = [Buffer.alloc(50_000)];
  for (const xid of [1, 1, 2, 3]) peer.stream.write([callRecord(xid, { argumentBuffers })]);
  await time.settle();
  expect(calls.length).toBe(2);
  accepted[0]!.drop(1);
  await time.settle();
  expect(calls.length).toBe(2);
  accepted[0]!.reply(1, successReply([]));
  await time.settle();
  expect(calls.length).toBe(4);
});

test('rpc server: a call is answered once; answering it again is a bug', async () => {
  const { handler } = keeping();
  const { openRaw, time, accepted } = await serverOnMemory(handler);
  const peer = await openRaw();
  peer.stream.write([callRecord(1)]);
  await time.settle();
  accepted[0]!.reply(1, successReply([]));
  expect(() => accepted[0]!.reply(1, successReply([]))).toThrow('answered or dropped once');
});

test('rpc server: a peer that does not read its replies is not read either, and closed in the end', async () => {
  const result = successReply([Buffer.alloc(10_000)]);
  let taken = 0;
  const { openRaw, time, reported } = await serverOnMemory(
    (call, connection) => {
      taken += 1;
      connection.reply(call.xid, result);
    },
    { limits: { unsentReplyBytesMax: 100_000 }, highWaterBytes: 50_000 },
  );
  const peer = await openRaw();
  peer.stream.pause();
  for (let first = 1; first < 5_000; first += 50) peer.stream.write([callsFrom(first, 50)]);
  await time.settle();
  expect(taken).toBe(10);
  peer.stream.resume();
  await time.settle();
  expect(taken).toBe(5_000);
  expect(peer.records.length).toBe(5_000);

  peer.stream.pause();
  peer.stream.write([callsFrom(1, 50)]);
  await time.advance(119_000);
  expect(reported).toEqual([]);
  await time.advance(10_000);
  expect(reported).toEqual(['replies-not-taken']);
  expect(peer.isClosed).toBe(true);
});

test('rpc server: a limit below what the stream itself buffers lets replies flow all the same', async () => {
  const result = successReply([Buffer.alloc(10_000)]);
  const { openRaw, time } = await serverOnMemory(
    (call, connection) => connection.reply(call.xid, result),
    { limits: { unsentReplyBytesMax: 1_000 } },
  );
  const peer = await openRaw();
  peer.stream.write([callsFrom(1, 200)]);
  await time.settle();
  expect(peer.records.length).toBe(200);
});

test('rpc server: a record that never ends closes its connection; idle ones stay for ever', async () => {
  const { openRaw, time, reported } = await serverOnMemory(echo);
  const [slow, idle] = [await openRaw(), await openRaw()];
  const record = callRecord(1, { argumentBuffers: [Buffer.alloc(400)] });
  for (let at = 0; at < 100; at += 1) {
    slow.stream.write([record.subarray(at, at + 1)]);
    await time.advance(1_000);
    if (slow.isClosed) break;
  }
  expect(reported).toEqual(['partial-record-too-slow']);
  expect(slow.isClosed).toBe(true);
  await time.advance(86_400_000);
  expect(idle.isClosed).toBe(false);
});

test('rpc server: a steady stream whose pieces end inside records is not taken for a slow record', async () => {
  const { openRaw, time, reported } = await serverOnMemory(echo);
  const peer = await openRaw();
  const record = callRecord(1);
  peer.stream.write([record.subarray(0, 10)]);
  for (let second = 0; second < 200; second += 1) {
    peer.stream.write([record.subarray(10), record.subarray(0, 10)]);
    await time.advance(1_000);
  }
  expect(reported).toEqual([]);
  expect(peer.records.length).toBe(200);
});

test('rpc server: while reading is paused, calls are held and time does not count', async () => {
  const { calls, handler } = keeping();
  const { openRaw, time, accepted, reported } = await serverOnMemory(handler);
  const peer = await openRaw();
  peer.stream.write([callRecord(1)]);
  await time.settle();
  accepted[0]!.pauseReading();
  accepted[0]!.pauseReading();
  const record = callRecord(3);
  peer.stream.write([callRecord(2), record.subarray(0, 20)]);
  await time.advance(600_000);
  expect(calls.length).toBe(1);
  accepted[0]!.resumeReading();
  await time.settle();
  expect(calls.length).toBe(2);
  peer.stream.write([record.subarray(20)]);
  await time.settle();
  expect(calls.length).toBe(3);
  expect(reported).toEqual([]);
});

test('rpc server: a handler may pause in the middle of a piece', async () => {
  const seen: number[] = [];
  const { openRaw, time, accepted } = await serverOnMemory((call, connection) => {
    seen.push(call.xid);
    connection.pauseReading();
    echo(call, connection);
  });
  const peer = await openRaw();
  peer.stream.write([callsFrom(1, 3)]);
  await time.settle();
  expect(seen).toEqual([1]);
  accepted[0]!.resumeReading();
  await time.settle();
  expect(seen).toEqual([1, 2]);
});

test('rpc server: too many unfinished records: the one begun first is closed', async () => {
  const { openRaw, time, reported } = await serverOnMemory(echo, {
    limits: { recordBytesMax: 60_000, partialBytesMax: 100_000 },
  });
  const peers = [await openRaw(), await openRaw(), await openRaw()];
  for (const peer of peers) {
    peer.stream.write([Buffer.from([0x80, 0, 0xea, 0x60]), Buffer.alloc(40_000)]);
    await time.advance(10);
  }
  await time.settle();
  expect(peers.map((peer) => peer.isClosed)).toEqual([true, false, false]);
  expect(reported).toEqual(['partial-records-too-large']);
});

test('rpc server: connections beyond the limits are closed as they come', async () => {
  const { openRaw, time, server, reported } = await serverOnMemory(echo, {
    limits: { connectionsMax: 3, connectionsPerAddressMax: 2 },
  });
  const peers = [await openRaw(), await openRaw(), await openRaw()];
  await time.settle();
  expect(peers.map((peer) => peer.isClosed)).toEqual([false, false, true]);
  peers[0]!.stream.destroy();
  await time.settle();
  expect(server.connections.size).toBe(1);
  const another = await openRaw();
  another.stream.write([callRecord(1)]);
  await time.settle();
  expect(another.records.length).toBe(1);
  expect(reported).toEqual(['too-many-connections']);
});

test('rpc server: onClose is called once, at the end or at once; replies after it go nowhere', async () => {
  const { handler } = keeping();
  const { openRaw, time, accepted, server } = await serverOnMemory(handler);
  const peer = await openRaw();
  peer.stream.write([callRecord(1)]);
  await time.settle();
  const connection = accepted[0]!;
  const closings: string[] = [];
  connection.onClose(() => closings.push('first'));
  peer.stream.destroy();
  await time.settle();
  expect(connection.isClosed).toBe(true);
  connection.onClose(() => closings.push('late'));
  connection.reply(1, successReply([]));
  connection.drop(1);
  connection.resumeReading();
  connection.close();
  connection.end();
  await time.settle();
  expect(closings).toEqual(['first', 'late']);
  expect(server.connections.size).toBe(0);
  expect(time.waiting).toBe(0);
});

test('rpc server: close sends what was replied; destroy does not', async () => {
  for (const [ending, expected] of [
    ['close', 1],
    ['destroy', 0],
  ] as const) {
    const { handler } = keeping();
    const { openRaw, time, accepted, server, network } = await serverOnMemory(handler);
    const peer = await openRaw();
    peer.stream.write([callRecord(1)]);
    await time.settle();
    accepted[0]!.reply(1, acceptedReply({ status: 'SYSTEM_ERR' }));
    await server[ending]();
    await time.settle();
    expect(peer.records.length).toBe(expected);
    expect(peer.isClosed).toBe(true);
    expect(network.openStreams).toBe(0);
    expect(time.waiting).toBe(0);
    await expect(openRaw()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  }
});

test('rpc server: a connection tells where it comes from', async () => {
  const { openRaw, accepted } = await serverOnMemory(echo);
  const peers = [await openRaw(), await openRaw()];
  const [one, two] = accepted as [RpcConnection, RpcConnection];
  expect(one.peer).toEqual(peers[0]!.stream.local);
  expect(one.local).toEqual({ host: '127.0.0.1', port: 2049 });
  expect(one.id).not.toBe(two.id);
  expect(one.transport).toBe('tcp');
});

test('rpc server: limits that cannot work are refused', async () => {
  for (const limits of [
    { callBytesInFlightMax: 1_000 },
    { partialBytesMax: 1_000 },
    { connectionsMax: 0 },
    { callsInFlightMax: Number.NaN },
  ]) {
    await expect(serverOnMemory(echo, { limits })).rejects.toThrow(RangeError);
  }
});
