import { expect, test } from 'vitest';
import { retentionMs } from './stock-peer.ts';
import { NamesV1 } from './testing/names-service.ts';
import { defaultStockLimits, silentMs } from './stock-peers.ts';
import { peerKey } from './stock-records.ts';
import { nameStatus, TestVolume } from './testing/test-volume.ts';

const { make, take, look } = NamesV1.procedures;

test('a retransmission on the same connection gets the same reply, byte for byte', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  const connection = volume.connection();
  const first = await volume.ask(a, connection, { procedure: make, args: 'x', xid: 1 });
  const second = await volume.ask(a, connection, { procedure: make, args: 'x', xid: 1 });
  expect(nameStatus(first)).toBe('ok');
  expect(second?.bytes).toEqual(first?.bytes);
});

test('takeover: a client that reconnects from the same port is recognised by the new holder', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  await volume.ask(a, volume.connection(700), { procedure: make, args: 'x', xid: 1 });
  const first = await volume.ask(a, volume.connection(700), { procedure: take, args: 'x', xid: 2 });
  const b = await volume.claim();
  await volume.ask(b, volume.connection(), { procedure: make, args: 'x', xid: 9 });
  const again = await volume.ask(b, volume.connection(700), { procedure: take, args: 'x', xid: 2 });
  expect(again?.bytes).toEqual(first?.bytes);
  const seen = await volume.ask(b, volume.connection(), { procedure: look, args: 'x' });
  expect(nameStatus(seen)).toBe('ok');
});

test('two clients with the same xid and different calls never get each other’s replies', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  const connection = volume.connection(700);
  await volume.ask(a, connection, { procedure: make, args: 'x', xid: 1 });
  const other = await volume.ask(a, connection, { procedure: take, args: 'y', xid: 1 });
  expect(nameStatus(other)).toBe('missing');
  expect(a.server.counters.collisions).toBe(1);
  const first = await volume.ask(a, connection, { procedure: make, args: 'x', xid: 1 });
  expect(nameStatus(first)).toBe('ok');
});

test('the same call from another port is another call', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  await volume.ask(a, volume.connection(700), { procedure: make, args: 'x', xid: 1 });
  const other = await volume.ask(a, volume.connection(701), { procedure: make, args: 'x', xid: 1 });
  expect(nameStatus(other)).toBe('exists');
});

test('a duplicate of a running call on a new connection takes over its reply', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  const old = volume.connection(700);
  await volume.ask(a, old, { procedure: look, args: 'x' });
  volume.disk.holdSyncs();
  volume.send(a, old, { procedure: make, args: 'x', xid: 1 });
  await volume.time.advance(10);
  const renewed = volume.connection(700);
  volume.send(a, renewed, { procedure: make, args: 'x', xid: 1 });
  await volume.time.advance(10);
  volume.disk.releaseSyncs();
  await volume.time.advance(10);
  expect(old.replies.has(1)).toBe(false);
  expect(nameStatus(renewed.replies.get(1))).toBe('ok');
});

test('an answer is forgotten only when its peer was heard for long enough since', async () => {
  const volume = new TestVolume();
  const a = await volume.claim();
  const connection = volume.connection(700);
  await volume.ask(a, connection, { procedure: make, args: 'x', xid: 1 });
  // Silence proves nothing: the client may be about to send again.
  await volume.time.advance(10 * retentionMs);
  const late = await volume.ask(a, connection, { procedure: make, args: 'x', xid: 1 });
  expect(nameStatus(late)).toBe('ok');
  for (let heard = 0; heard <= retentionMs; heard += 10_000) {
    await volume.time.advance(10_000);
    await volume.ask(a, connection, { procedure: make, args: 'y', xid: 2 });
  }
  const reused = await volume.ask(a, connection, { procedure: make, args: 'x', xid: 1 });
  expect(nameStatus(reused)).toBe('exists');
});

test('a ring that wraps early is overwritten in place and counted', async () => {
  const volume = new TestVolume();
  const a = await volume.claim({ stockLimits: { ...defaultStockLimits, ringSlots: 4 } });
  const connection = volume.connection(700);
  for (let xid = 1; xid <= 6; xid += 1) {
    await volume.ask(a, connection, { procedure: make, args: `n${xid}`, xid });
  }
  expect(a.server.counters.ringWraps).toBe(2);
  const records = await a.holder.range({ from: '\x01s', to: '\x01t', limit: 100 });
  expect(records).toHaveLength(4);
  const b = await volume.claim({ stockLimits: { ...defaultStockLimits, ringSlots: 4 } });
  const kept = await volume.ask(b, volume.connection(700), { procedure: make, args: 'n6', xid: 6 });
  const lost = await volume.ask(b, volume.connection(700), { procedure: make, args: 'n1', xid: 1 });
  expect([nameStatus(kept), nameStatus(lost)]).toEqual(['ok', 'exists']);
});

test('peers beyond the limit are forgotten, the longest silent first, with their records', async () => {
  const volume = new TestVolume();
  const limits = { stockLimits: { ...defaultStockLimits, ringSlots: 4, peersMax: 2 } };
  const a = await volume.claim(limits);
  for (const port of [700, 701, 702]) {
    await volume.ask(a, volume.connection(port), { procedure: make, args: `n${port}`, xid: 1 });
  }
  const forgetting = a.server.peers.forgetBeyondLimit();
  await volume.time.advance(10);
  await forgetting;
  expect(a.server.peers.size).toBe(2);
  const records = await a.holder.range({ from: '\x01s', to: '\x01t', limit: 100 });
  expect(records).toHaveLength(2);
});

test('a peer that is heard after it was chosen to be forgotten keeps its answers', async () => {
  const volume = new TestVolume();
  const limits = { stockLimits: { ...defaultStockLimits, ringSlots: 4, peersMax: 1 } };
  const a = await volume.claim(limits);
  const { peers } = a.server;
  for (const port of [700, 701, 702]) {
    await volume.ask(a, volume.connection(port), { procedure: make, args: `n${port}`, xid: 1 });
  }
  const keyOf = (port: number) =>
    peerKey({ address: '127.0.0.1', port, transport: 'tcp', gatewayUi: undefined });
  // The first is being forgotten while the second, which was to be the next, sends something.
  const forgetting = peers.forgetBeyondLimit();
  peers.find(keyOf(701));
  await volume.time.advance(10);
  await forgetting;
  expect(peers.size).toBe(1);
  expect(peers.find(keyOf(701))).toBeDefined();
});

test('rings of silent peers leave memory when there are too many answers, and come back', async () => {
  const volume = new TestVolume();
  const limits = { stockLimits: { ...defaultStockLimits, answersInMemory: 3 } };
  const a = await volume.claim(limits);
  const { peers } = a.server;
  const keyOf = (port: number) =>
    peerKey({ address: '127.0.0.1', port, transport: 'tcp', gatewayUi: undefined });
  const makeOne = (port: number, xid: number) =>
    volume.ask(a, volume.connection(port), { procedure: make, args: `n${port}-${xid}`, xid });
  const first = await makeOne(700, 1);
  await makeOne(700, 2);
  await volume.time.advance(silentMs);
  await makeOne(701, 1);
  await makeOne(701, 2);
  peers.unloadSilent();
  expect([peers.find(keyOf(700)), peers.size]).toEqual([undefined, 2]);
  expect(peers.find(keyOf(701))).toBeDefined();
  expect((await makeOne(700, 1))?.bytes).toEqual(first?.bytes);
  // Too many again, and nobody is silent.
  peers.unloadSilent();
  expect(peers.find(keyOf(701))).toBeDefined();
  expect(peers.find(keyOf(700))).toBeDefined();
});

test('an address with many peers makes the server forget no other address', async () => {
  const volume = new TestVolume();
  const limits = { stockLimits: { ...defaultStockLimits, ringSlots: 4, peersMax: 4 } };
  const { peers } = (await volume.claim(limits)).server;
  const peer = (address: string, port: number) =>
    peerKey({ transport: 'udp', address, port, gatewayUi: undefined });
  const quiet = [peer('192.0.2.1', 700), peer('192.0.2.3', 700)];
  const many = Array.from({ length: 300 }, (_, at) => peer('192.0.2.2', 1_000 + at));
  for (const key of [...quiet, ...many]) {
    const loading = peers.load(key);
    await volume.time.advance(1);
    await loading;
  }
  const forgetting = peers.forgetBeyondLimit();
  await volume.time.advance(1_000);
  await forgetting;
  expect([peers.size, peers.forgotten]).toEqual([4, 298]);
  for (const key of [...quiet, ...many.slice(-2)]) expect(peers.find(key)).toBeDefined();
});
