import { expect, test } from 'vitest';
import { PaCallState } from '../../protocol/generated/pa.ts';
import { hexOf } from './testing/text.ts';
import { makeWorld, type World } from './testing/world.ts';

const ok = (text: string, count: number) => ({ ok: true, text, count });

/** A client that has spoken with one port, under epoch 4. */
async function warm(world: World) {
  const port = await world.serve(4);
  await Promise.all([world.call('warm'), world.time.settle()]);
  return port;
}

test('a port that works on a call for long says so to AYA, and is left alone', async () => {
  const world = makeWorld();
  const port = await warm(world);
  port.callState = PaCallState.PA_CALL_IN_PROGRESS;
  port.script = ({ what }) => (what === 'call' ? { kind: 'execute-and-hold' } : undefined);
  const ending = world.call('a');
  await world.time.advance(10_000);
  expect(port.count('call')).toBe(2);
  expect(port.count('paAya')).toBeGreaterThanOrEqual(9);
  expect(port.connections).toBe(1);
  port.release();
  await world.time.settle();
  expect(await ending).toEqual(ok('a', 2));
  expect(world.stalls).toEqual([]);
});

test('a call that the port does not know is sent again over a new connection', async () => {
  const world = makeWorld();
  const port = await warm(world);
  let isLost = true;
  port.script = ({ what }) => {
    if (what !== 'call' || !isLost) return undefined;
    isLost = false;
    return { kind: 'silence' };
  };
  const ending = world.call('a');
  await world.time.advance(1_100);
  expect(await ending).toEqual(ok('a', 2));
  expect(port.calls.slice(1).map(({ header }) => header.sequence)).toEqual([2, 2]);
  expect(port.connections).toBe(1);
  expect(world.stalls).toMatchObject([{ isTakeover: false, stallMs: 1_000, resent: 1 }]);
});

test('a call that is done, its reply lost, is sent again and answered from the register', async () => {
  const world = makeWorld();
  const port = await warm(world);
  let isLost = true;
  port.script = ({ what }) => {
    if (what !== 'call' || !isLost) return undefined;
    isLost = false;
    return { kind: 'execute-and-hold' };
  };
  const ending = world.call('a');
  await world.time.advance(1_100);
  expect(await ending).toEqual(ok('a', 2));
  expect(world.area.executed).toEqual(['warm', 'a'].map(hexOf));
});

test('a slow call that is nowhere registered is not sent again and again', async () => {
  const world = makeWorld();
  const port = await warm(world);
  port.script = ({ what }) => (what === 'call' ? { kind: 'silence' } : undefined);
  const ending = world.call('a');
  await world.time.advance(30_000);
  // The first time, and after 1, 2, 4 and 8 seconds of silence; the first of all was before.
  expect(port.count('call')).toBe(6);
  port.script = () => undefined;
  await world.time.advance(16_000);
  expect(await ending).toEqual(ok('a', 2));
});

test('one lost call among many that are answered is asked about, and sent again', async () => {
  const world = makeWorld();
  const port = await warm(world);
  let isLost = true;
  port.script = ({ what, header }) => {
    if (what !== 'call' || header.sequence !== 2 || !isLost) return undefined;
    isLost = false;
    return { kind: 'silence' };
  };
  const lost = world.call('lost');
  for (let second = 0; second < 55; second += 1) {
    await Promise.all([world.call(`${second}`), world.time.settle()]);
    await world.time.advance(100);
  }
  expect(await lost).toMatchObject({ ok: true, text: 'lost' });
  expect(port.count('paAya')).toBe(1);
  expect(port.connections).toBe(1);
});

test('a hung primary: the takeover is told by PAM, and calls move without waiting for anything else', async () => {
  const world = makeWorld();
  const hung = await warm(world);
  hung.script = () => ({ kind: 'silence' });
  const ending = world.call('a');
  await world.time.advance(700);
  const next = await world.serve(5);
  await world.time.settle();
  expect(await ending).toEqual(ok('a', 2));
  expect(world.stalls).toMatchObject([
    { from: { epoch: 4 }, to: next.port, stallMs: 700, isTakeover: true },
  ]);
});

test('a hung primary with every PAM down: the port that served before is asked, and answers', async () => {
  const world = makeWorld();
  const first = await world.serve(3);
  await Promise.all([world.call('warm'), world.time.settle()]);
  await first.kill();
  const hung = await world.serve(4);
  const moved = world.call('move');
  await world.time.advance(300);
  await moved;
  world.directory.isReachable = false;
  hung.script = () => ({ kind: 'silence' });
  const again = await world.serve(5, { port: first.port.port }, false);
  const ending = world.call('a');
  await world.time.advance(1_500);
  expect(await ending).toEqual(ok('a', 3));
  expect(again.calls).toHaveLength(1);
});

test('a port that PAM wrongly names with a huge epoch, and that answers nothing, is left for good', async () => {
  const world = makeWorld();
  const right = await warm(world);
  const wrong = await world.serve(99, {}, false);
  wrong.script = () => ({ kind: 'silence' });
  await world.directory.register('home', wrong.port);
  right.breakConnections();
  const ending = world.call('a');
  await world.time.advance(3_000);
  expect(await ending).toEqual(ok('a', 2));
  for (let round = 0; round < 20; round += 1) {
    const next = world.call('b');
    await world.time.advance(500);
    expect((await next).ok).toBe(true);
  }
  expect(wrong.count('call')).toBeLessThanOrEqual(1);
});

test('a hello that is not answered: the port is asked over another connection', async () => {
  const world = makeWorld();
  const port = await world.serve(4);
  let isLost = true;
  port.script = ({ what }) => {
    if (what !== 'paHello' || !isLost) return undefined;
    isLost = false;
    return { kind: 'silence' };
  };
  const ending = world.call('a');
  await world.time.advance(1_200);
  expect(await ending).toEqual(ok('a', 1));
});

test('a connection that is half dead: the port refuses new ones, so another is looked for', async () => {
  const world = makeWorld();
  const port = await warm(world);
  port.script = ({ what }) => (what === 'call' ? { kind: 'silence' } : undefined);
  const ending = world.call('a');
  await world.time.settle();
  await port.stopListening();
  await world.time.advance(1_100);
  const next = await world.serve(5);
  await world.time.advance(250);
  expect(await ending).toEqual(ok('a', 2));
  expect(next.calls).toHaveLength(1);
  expect(port.connections).toBe(0);
});
