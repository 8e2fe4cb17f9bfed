import { expect, test } from 'vitest';
import { makeWorld } from './testing/world.ts';

const ok = (text: string, count: number) => ({ ok: true, text, count });

test('an idle client sends its completion notice, once', async () => {
  const world = makeWorld();
  const port = await world.serve(4);
  await Promise.all([world.call('a'), world.call('b'), world.time.settle()]);
  await world.time.advance(199);
  expect(port.count('paComplete')).toBe(0);
  await world.time.advance(1);
  expect(port.count('paComplete')).toBe(1);
  expect([...world.area.sessions.values()].map((session) => session.lowestUnfinished)).toEqual([3]);
  await world.time.advance(60_000);
  expect(port.count('paComplete')).toBe(1);
});

test('a client that goes on calling sends no notice of its own', async () => {
  const world = makeWorld();
  const port = await world.serve(4);
  for (let round = 0; round < 20; round += 1) {
    await Promise.all([world.call('a'), world.time.settle()]);
    await world.time.advance(150);
  }
  expect(port.count('paComplete')).toBe(0);
});

test('an idle client renews its lease well before it ends', async () => {
  const world = makeWorld();
  world.area.leaseMs = 30_000;
  const port = await world.serve(4);
  await Promise.all([world.call('a'), world.time.settle()]);
  await world.time.advance(100_000);
  expect(port.count('paExtendLease')).toBe(10);
  expect(port.count('paHello')).toBe(1);
});

test('an idle client whose connection is gone makes one for its lease only', async () => {
  const world = makeWorld();
  world.area.leaseMs = 30_000;
  const old = await world.serve(4);
  await Promise.all([world.call('a'), world.time.settle()]);
  await world.time.advance(1_000);
  await old.kill();
  const next = await world.serve(5);
  await world.time.advance(8_000);
  expect(next.received).toEqual([]);
  await world.time.advance(1_500);
  expect(next.count('paExtendLease')).toBe(1);
  // The notice had arrived at the port before.
  expect(next.count('paComplete')).toBe(0);
  await Promise.all([world.call('b'), world.time.settle()]);
  expect(next.count('paHello')).toBe(0);
  // Nobody had to wait for the new port.
  expect(world.stalls).toEqual([]);
});

test('a notice that was lost with its connection is sent with the next renewal', async () => {
  const world = makeWorld();
  world.area.leaseMs = 30_000;
  const old = await world.serve(4);
  await Promise.all([world.call('a'), world.time.settle()]);
  await old.kill();
  const next = await world.serve(5);
  await world.time.advance(11_000);
  expect([next.count('paExtendLease'), next.count('paComplete')]).toEqual([1, 1]);
  expect([...world.area.sessions.values()].map((session) => session.lowestUnfinished)).toEqual([2]);
});

test('a lease that ended all the same: the next call says hello again', async () => {
  const world = makeWorld();
  world.area.leaseMs = 30_000;
  const port = await world.serve(4);
  await Promise.all([world.call('a'), world.time.settle()]);
  world.area.sessions.clear();
  await world.time.advance(10_000);
  const ending = world.call('b');
  await world.time.settle();
  expect(await ending).toEqual(ok('b', 2));
  expect(port.calls.map(({ header }) => header.incarnation)).toEqual([1, 2]);
  expect(port.calls).toHaveLength(2);
});

test('while calls are pending PAM is listened to, and some time after', async () => {
  const world = makeWorld();
  const port = await world.serve(4);
  await Promise.all([world.call('a'), world.time.settle()]);
  expect(world.directory.subscriptions).toBe(0);
  port.script = ({ what }) => (what === 'call' ? { kind: 'execute-and-hold' } : undefined);
  const ending = world.call('b');
  await world.time.advance(100);
  expect(world.directory.subscriptions).toBe(1);
  port.release();
  await world.time.settle();
  expect((await ending).ok).toBe(true);
  await world.time.advance(4_999);
  expect(world.directory.subscriptions).toBe(1);
  await world.time.advance(1);
  expect(world.directory.subscriptions).toBe(0);
});

test('a client that makes one call after the other is told of takeovers too', async () => {
  const world = makeWorld();
  await world.serve(4);
  for (let round = 0; round < 300; round += 1) {
    await Promise.all([world.call('a'), world.time.settle()]);
    await world.time.advance(50);
    // Longer than a subscription outlives the last call.
    if (round >= 3) expect(world.directory.subscriptions).toBe(1);
  }
  await world.time.advance(5_000);
  expect(world.directory.subscriptions).toBe(0);
  await Promise.all([world.call('b'), world.time.settle()]);
  expect(world.directory.subscriptions).toBe(0);
});

test('a connection that breaks while nothing is pending is not replaced before it is needed', async () => {
  const world = makeWorld();
  const port = await world.serve(4);
  await Promise.all([world.call('a'), world.time.settle()]);
  await world.time.advance(1_000);
  port.breakConnections();
  await world.time.advance(60_000);
  expect(port.connections).toBe(0);
  await Promise.all([world.call('b'), world.time.settle()]);
  expect(port.connections).toBe(1);
});
