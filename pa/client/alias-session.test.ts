import { expect, test } from 'vitest';
import { hexOf } from './testing/text.ts';
import { makeWorld } from './testing/world.ts';

const ok = (text: string, count: number) => ({ ok: true, text, count });

test('the first call asks PAM, says hello and is answered; numbers count from 1', async () => {
  const world = makeWorld();
  const port = await world.serve(4);
  const endings = Promise.all(['a', 'b', 'c'].map((text) => world.call(text)));
  await world.time.settle();
  expect(await endings).toEqual([ok('a', 1), ok('b', 2), ok('c', 3)]);
  expect(port.received.map(({ what }) => what)).toEqual(['paHello', 'call', 'call', 'call']);
  expect(port.calls.map(({ header }) => [header.incarnation, header.sequence])).toEqual([
    [1, 1],
    [1, 2],
    [1, 3],
  ]);
  expect(port.calls[0]?.header).toMatchObject({
    aliasUi: Buffer.from(world.area.areaUi, 'hex'),
    clientUi: world.client.ui,
    hintEpoch: 4,
    origin: undefined,
  });
  expect(world.home.status()).toEqual({
    port: port.port,
    incarnation: 1,
    outstanding: 0,
    queued: 0,
  });
  expect(world.directory.lookups).toBe(1);
});

test('the completion notice rides on the next call, and waits for the oldest reply', async () => {
  const world = makeWorld();
  const port = await world.serve(4);
  const notices = () => port.calls.map(({ header }) => header.lowestUnfinished);
  await Promise.all([world.call('a'), world.time.settle()]);
  expect(notices()).toEqual([1]);
  port.script = ({ what }) => (what === 'call' ? { kind: 'execute-and-hold' } : undefined);
  const endings = Promise.all(['b', 'c', 'd'].map((text) => world.call(text)));
  await world.time.settle();
  expect(notices()).toEqual([1, 2, 2, 2]);
  // Out of order: the last reply first.
  port.release([2, 1]);
  await world.time.settle();
  port.script = () => undefined;
  await Promise.all([world.call('e'), world.time.settle()]);
  expect(notices().at(-1)).toBe(2);
  port.breakConnections();
  await world.time.advance(50);
  expect(await endings).toEqual([ok('b', 2), ok('c', 3), ok('d', 4)]);
  await Promise.all([world.call('f'), world.time.settle()]);
  expect(notices().at(-1)).toBe(6);
});

test('a connection that breaks before or after execution: same id, same bytes, executed once', async () => {
  const world = makeWorld();
  const port = await world.serve(4);
  await Promise.all([world.call('warm'), world.time.settle()]);
  let breaks = 2;
  port.script = ({ what, header }) => {
    if (what !== 'call' || header.sequence !== 3 || breaks === 0) return undefined;
    breaks -= 1;
    return { kind: breaks === 1 ? 'break' : 'execute-and-break' };
  };
  const endings = Promise.all([world.call('a'), world.call('b'), world.call('c')]);
  await world.time.advance(100);
  expect((await endings).every((ending) => ending.ok)).toBe(true);
  expect([...world.area.executed].sort()).toEqual(['warm', 'a', 'b', 'c'].map(hexOf).sort());

  const copies = port.calls.filter(({ header }) => header.sequence === 3);
  expect(copies.length).toBe(3);
  for (const { header, call } of copies) {
    expect(header.incarnation).toBe(1);
    expect(call.argumentBytes.toString()).toBe('b   ');
    expect(call.credential).toEqual(copies[0]?.call.credential);
  }
});

test('takeover: the new port is told by PAM, and answers from the register', async () => {
  const world = makeWorld();
  const old = await world.serve(4);
  await Promise.all([world.call('a'), world.time.settle()]);
  await world.time.advance(200);
  old.script = ({ what }) => (what === 'call' ? { kind: 'execute-and-hold' } : undefined);
  const ending = world.call('b');
  await world.time.advance(30);
  await old.kill();
  await world.time.advance(30);
  const next = await world.serve(5);
  await world.time.settle();
  expect(await ending).toEqual(ok('b', 2));
  expect(world.area.executed).toHaveLength(2);
  expect(
    next.received.map(({ what, header }) => [what, header.sequence, header.hintEpoch]),
  ).toEqual([['call', 2, 5]]);
  expect(world.stalls).toEqual([
    { alias: 'home', from: old.port, to: next.port, stallMs: 60, isTakeover: true, resent: 1 },
  ]);
});

test('takeover: whoever is told by PAM asks only when nothing has been told for some time', async () => {
  const world = makeWorld();
  const old = await world.serve(4);
  await Promise.all([world.call('a'), world.time.settle()]);
  old.script = ({ what }) => (what === 'call' ? { kind: 'execute-and-hold' } : undefined);
  const ending = world.call('b');
  await world.time.advance(150);
  await old.kill();
  await world.time.advance(99);
  expect(world.directory.lookups).toBe(1);
  await world.time.advance(100);
  expect(world.directory.lookups).toBeGreaterThan(1);
  await world.serve(5);
  await world.time.advance(50);
  expect(await ending).toEqual(ok('b', 2));
});

test('a server that restarts where it was is found without PAM', async () => {
  const world = makeWorld();
  const old = await world.serve(4);
  await Promise.all([world.call('a'), world.time.settle()]);
  world.directory.isReachable = false;
  await old.kill();
  const ending = world.call('b');
  await world.time.advance(1_000);
  const again = await world.serve(5, { port: old.port.port }, false);
  await world.time.advance(250);
  expect(await ending).toEqual(ok('b', 2));
  expect(again.calls).toHaveLength(1);
  expect(world.stalls[0]).toMatchObject({ isTakeover: true, to: { epoch: 5 } });
});

test('AU: a stale hint costs one retry and no error', async () => {
  const world = makeWorld();
  const stale = await world.serve(4);
  stale.script = () => ({ kind: 'address-unknown' });
  const ending = world.call('a');
  await world.time.settle();
  expect(stale.received).toHaveLength(1);
  const next = await world.serve(5);
  await world.time.advance(20);
  expect(await ending).toEqual(ok('a', 1));
  expect(next.count('paHello')).toBe(1);
});

test('AU from a port that PAM goes on naming: asked again with growing pauses, not in a loop', async () => {
  const world = makeWorld();
  const port = await world.serve(4);
  port.script = () => ({ kind: 'address-unknown' });
  const ending = world.call('a');
  await world.time.advance(10_000);
  expect(port.received.length).toBeGreaterThan(30);
  expect(port.received.length).toBeLessThan(120);
  port.script = () => undefined;
  await world.time.advance(250);
  expect(await ending).toEqual(ok('a', 1));
});

test('a server that knows nothing of PA is not believed', async () => {
  const world = makeWorld();
  const port = await world.serve(4);
  await Promise.all([world.call('a'), world.time.settle()]);
  port.script = () => ({ kind: 'plain' });
  const ending = world.call('b');
  await world.time.advance(100);
  expect(world.area.executed).toHaveLength(1);
  port.script = () => undefined;
  await world.time.advance(250);
  expect(await ending).toEqual(ok('b', 2));
});

test('TA: the same id comes back after the delay, not before', async () => {
  const world = makeWorld();
  const port = await world.serve(4);
  await Promise.all([world.call('a'), world.time.settle()]);
  let refusals = 2;
  port.script = ({ what }) => {
    if (what !== 'call' || refusals === 0) return undefined;
    refusals -= 1;
    return { kind: 'try-again', delayMs: 40 };
  };
  const endings = Promise.all([world.call('b'), world.call('c')]);
  await world.time.advance(39);
  expect(port.calls).toHaveLength(3);
  await world.time.advance(11);
  expect(await endings).toEqual([ok('b', 2), ok('c', 3)]);
  expect(port.calls.map(({ header }) => header.sequence)).toEqual([1, 2, 3, 2, 3]);
  expect(port.connections).toBe(1);
});

test('TA to a hello: it is said again', async () => {
  const world = makeWorld();
  const port = await world.serve(4);
  port.script = ({ what }) => (what === 'paHello' ? { kind: 'try-again', delayMs: 10 } : undefined);
  const ending = world.call('a');
  await world.time.advance(100);
  expect(port.count('paHello')).toBeGreaterThan(5);
  port.script = () => undefined;
  await world.time.advance(20);
  expect(await ending).toEqual(ok('a', 1));
});

test('a port that says TA for ever is left for one that PAM does not name yet', async () => {
  const world = makeWorld();
  const first = await world.serve(3);
  await Promise.all([world.call('a'), world.time.settle()]);
  const second = await world.serve(4);
  first.script = () => ({ kind: 'address-unknown' });
  const moved = world.call('b');
  await world.time.advance(20);
  expect(await moved).toEqual(ok('b', 2));
  world.directory.isReachable = false;
  second.script = () => ({ kind: 'try-again', delayMs: 50 });
  first.script = () => undefined;
  first.epoch = 5;
  const ending = world.call('c');
  await world.time.advance(400);
  expect(await ending).toEqual(ok('c', 3));
  expect(first.count('paNull')).toBeGreaterThan(0);
});

test('EXPIRED at the first sending: never executed, so it goes out under the next incarnation', async () => {
  const world = makeWorld();
  const port = await world.serve(4);
  await Promise.all([world.call('a'), world.time.settle()]);
  world.area.sessions.clear();
  const endings = Promise.all([world.call('b'), world.call('c')]);
  await world.time.settle();
  expect((await endings).map((ending) => ending.ok)).toEqual([true, true]);
  expect(world.area.executed).toHaveLength(3);
  expect(port.calls.map(({ header }) => [header.incarnation, header.sequence])).toEqual([
    [1, 1],
    [1, 2],
    [1, 3],
    [2, 1],
    [2, 2],
  ]);
});

test('EXPIRED after an earlier copy: the outcome is unknown, and later calls go on', async () => {
  const world = makeWorld();
  const port = await world.serve(4);
  await Promise.all([world.call('a'), world.time.settle()]);
  port.script = ({ what }) => (what === 'call' ? { kind: 'execute-and-break' } : undefined);
  const lost = world.call('b');
  await world.time.settle();
  port.script = () => undefined;
  world.area.sessions.clear();
  await world.time.advance(250);
  expect(await lost).toEqual({ ok: false, code: 'PA_OUTCOME_UNKNOWN', outcome: 'unknown' });
  await Promise.all([world.time.settle(), world.call('c')]);
  expect(world.area.executed).toEqual(['a', 'b', 'c'].map(hexOf));
  expect(port.calls.at(-1)?.header).toMatchObject({ incarnation: 2, sequence: 1 });
});

test('COLLISION: told, and not executed', async () => {
  const world = makeWorld();
  const port = await world.serve(4);
  port.script = ({ what }) => (what === 'call' ? { kind: 'collision', epoch: 4 } : undefined);
  const ending = world.call('a');
  await world.time.settle();
  expect(await ending).toEqual({ ok: false, code: 'PA_COLLISION', outcome: 'not-executed' });
});

test('not more than `outstandingMax` calls are outstanding; the others follow in order', async () => {
  const world = makeWorld({ limits: { outstandingMax: 3 } });
  const port = await world.serve(4);
  port.script = ({ what }) => (what === 'call' ? { kind: 'execute-and-hold' } : undefined);
  const texts = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const endings = Promise.all(texts.map((text) => world.call(text)));
  await world.time.settle();
  expect(port.calls).toHaveLength(3);
  expect(world.home.status()).toMatchObject({ outstanding: 3, queued: 4 });
  port.release();
  await world.time.settle();
  expect(port.calls).toHaveLength(6);
  port.release();
  await world.time.settle();
  port.release();
  await world.time.settle();
  expect(await endings).toEqual(texts.map((text, index) => ok(text, index + 1)));
});

test('the queue is bounded', async () => {
  const world = makeWorld({ limits: { queuedMax: 2 } });
  const endings = [world.call('a'), world.call('b'), world.call('c')];
  expect(await endings[2]).toEqual({ ok: false, code: 'PA_QUEUE_FULL', outcome: 'not-executed' });
  await world.serve(4);
  await world.time.advance(100);
  expect(await Promise.all(endings.slice(0, 2))).toEqual([ok('a', 1), ok('b', 2)]);
});

test('100 calls through three takeovers in the middle of them: each executed once', async () => {
  const world = makeWorld({ limits: { outstandingMax: 16 } });
  const breakAfter = async (epoch: number, calls: number) => {
    const port = await world.serve(epoch);
    let left = calls;
    port.script = ({ what }) => {
      if (what !== 'call') return undefined;
      left -= 1;
      return left > 0 ? undefined : { kind: 'execute-and-break' };
    };
    return port;
  };
  let port = await breakAfter(1, 25);
  const endings = Promise.all(Array.from({ length: 100 }, (_, index) => world.call(`${index}`)));
  for (let epoch = 2; epoch <= 4; epoch += 1) {
    await world.time.advance(20);
    await port.kill();
    port = await breakAfter(epoch, epoch === 4 ? 1_000 : 25);
    await world.time.advance(20);
  }
  const results = await endings;
  expect(results.map((ending) => ending.ok && ending.text)).toEqual(
    Array.from({ length: 100 }, (_, index) => `${index}`),
  );
  expect(new Set(world.area.executed).size).toBe(100);
  expect(world.area.executed).toHaveLength(100);
  expect(world.stalls.filter(({ isTakeover }) => isTakeover)).toHaveLength(3);
});
