import { afterEach, expect, test } from 'vitest';
import { NestedWorld } from '../testing/nested-world.ts';

let world: NestedWorld | undefined;

afterEach(async () => {
  await world?.end();
  world = undefined;
});

test('a handler calls another alias: both transactions are committed, and nothing is left of the call', async () => {
  world = await NestedWorld.start(['a', 'b']);
  expect(await world.ended(world.call('pass', 't b'))).toBe('done');
  expect(await world.lines('a')).toEqual(['t comes', 't replied']);
  expect(await world.lines('b')).toEqual(['t comes']);
  await world.pass(1_000);
  expect(world.kept('a', '\x01o')).toEqual([]);
  // The completion notice came when the reply had been used.
  expect(world.kept('b', '\x01r')).toEqual([]);
});

test('calls that come back, and calls to oneself, do not wait for themselves', async () => {
  world = await NestedWorld.start(['a', 'b']);
  expect(await world.ended(world.call('pass', 't b a b a a'))).toBe('done');
  expect(await world.lines('a')).toHaveLength(7);
  expect(await world.lines('b')).toHaveLength(4);
});

test('a continuation calls once more: one call after the other, to different aliases', async () => {
  world = await NestedWorld.start(['a', 'b', 'c']);
  expect(await world.ended(world.call('twice', 't b c'))).toBe('done');
  expect(await world.lines('a')).toEqual(['t comes', 't first replied', 't second replied']);
  expect([await world.lines('b'), await world.lines('c')]).toEqual([['t comes'], ['t comes']]);
});

test('a handler that fails on the other side is an outcome; a continuation that fails is a server fault, registered', async () => {
  world = await NestedWorld.start(['a', 'b']);
  const failing = world.ended(world.call('failLate', 't b'));
  await expect(failing).rejects.toMatchObject({ code: 'RPC_SYSTEMERROR' });
  expect(await world.lines('a')).toEqual(['t b comes']);
  expect(world.kept('a', '\x01o')).toEqual([]);
});

test('an alias that nobody knows: not executed, and the procedure goes on with that', async () => {
  world = await NestedWorld.start(['a']);
  expect(await world.ended(world.call('pass', 't nobody'))).toBe('not-executed');
  expect(await world.lines('a')).toEqual(['t comes', 't not-executed']);
});

test('the caller goes away while its call waits for one that was never sent: that one is not made, and the call is ended', async () => {
  world = await NestedWorld.start(['a', 'b']);
  await world.ended(world.call('pass', 't0 b'));
  world.revives = false;
  world.killAll('b');
  const calling = world.call('pass', 't1 b').catch(() => undefined);
  await world.pass(1_000);
  const closing = world.client.close();
  await world.pass(1_000);
  await Promise.all([calling, closing]);
  world.revives = true;
  await world.pass(5_000);
  const [a, b] = ['a', 'b'].map((alias) => world?.kept(alias, '\x02l').length);
  expect([a, b]).toEqual([4, 1]);
  expect(world.kept('a', '\x01o')).toEqual([]);
});

test('the lease ends at the destination while nobody serves the caller: what was sent is of unknown outcome, and sent no more', async () => {
  world = await NestedWorld.start(['a', 'b'], 5_000);
  const told = world;
  told.onPoint = (alias, point) => {
    if (alias !== 'b' || point !== 'after-commit-before-reply') return;
    told.revives = false;
    told.killAll('a');
  };
  const calling = told.call('pass', 't1 b');
  await told.pass(20_000);
  told.onPoint = () => undefined;
  told.revives = true;
  expect(await told.ended(calling)).toBe('unknown');
  expect(await told.lines('b')).toEqual(['t1 comes']);
  // The alias has begun a new life there.
  expect(await told.ended(told.call('pass', 't2 b'))).toBe('done');
});

test('the lease ends at the destination while the caller has nothing out: it goes on in a new life', async () => {
  world = await NestedWorld.start(['a', 'b'], 5_000);
  await world.ended(world.call('pass', 't0 b'));
  world.revives = false;
  world.killAll('a');
  await world.pass(20_000);
  world.revives = true;
  expect(await world.ended(world.call('pass', 't1 b'))).toBe('done');
  expect(await world.lines('b')).toEqual(['t0 comes', 't1 comes']);
});

test('the completion notice waits until the use of a reply is durable: its arrival dies with the process', async () => {
  world = await NestedWorld.start(['a', 'b', 'c']);
  const [a, b, c] = ['a', 'b', 'c'].map((alias) => world?.cluster(alias).disk);
  await world.ended(world.call('pass', 't0 b c'));
  b?.holdSyncs();
  const calls = [world.call('pass', 't1 b'), world.call('pass', 't2 b c')];
  await world.pass(50);
  // The second transaction of t1 waits behind the first one of t3, and t2 is still out.
  c?.holdSyncs();
  a?.holdSyncs();
  calls.push(world.call('pass', 't3 b'));
  await world.pass(50);
  b?.releaseSyncs();
  await world.pass(50);
  // What is out is sent again, with the notice of this moment.
  world.network.reset();
  await world.pass(50);
  world.kill('a');
  a?.releaseSyncs();
  c?.releaseSyncs();
  expect(await world.ended(Promise.all(calls))).toEqual(['done', 'done', 'done']);
  expect((await world.lines('b')).filter((line) => line.endsWith('comes'))).toHaveLength(4);
});
