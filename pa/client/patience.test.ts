import { expect, test } from 'vitest';
import { makeWorld } from './testing/world.ts';

const ok = (text: string, count: number) => ({ ok: true, text, count });

test('a deadline before the call was sent: certainly not executed', async () => {
  const world = makeWorld();
  world.directory.create('home');
  const ending = world.call('a', { deadlineMs: 300 });
  await world.time.advance(300);
  expect(await ending).toEqual({ ok: false, code: 'PA_DEADLINE', outcome: 'not-executed' });
  await world.serve(4);
  await world.time.advance(1_000);
  expect(world.area.executed).toEqual([]);
});

test('a deadline after the call was sent: nobody knows, and the number is given up', async () => {
  const world = makeWorld();
  const port = await world.serve(4);
  port.script = ({ what }) => (what === 'call' ? { kind: 'execute-and-hold' } : undefined);
  const ending = world.call('a', { deadlineMs: 300 });
  await world.time.advance(300);
  expect(await ending).toEqual({ ok: false, code: 'PA_DEADLINE', outcome: 'unknown' });
  port.release();
  port.script = () => undefined;
  await Promise.all([world.call('b'), world.time.settle()]);
  expect(port.calls.at(-1)?.header).toMatchObject({ sequence: 2, lowestUnfinished: 2 });
});

test('a reply in time ends the deadline', async () => {
  const world = makeWorld();
  await world.serve(4);
  const ending = world.call('a', { deadlineMs: 300 });
  await world.time.settle();
  expect(await ending).toEqual(ok('a', 1));
  await world.client.close();
  await world.time.settle();
  expect(world.time.waiting).toBe(0);
});

test('an AbortSignal gives a call up in the same way', async () => {
  const world = makeWorld();
  const abort = new AbortController();
  const queued = world.call('a', { signal: abort.signal });
  abort.abort();
  expect(await queued).toEqual({ ok: false, code: 'PA_ABORTED', outcome: 'not-executed' });
  expect(await world.call('b', { signal: abort.signal })).toMatchObject({ code: 'PA_ABORTED' });
  const port = await world.serve(4);
  port.script = ({ what }) => (what === 'call' ? { kind: 'silence' } : undefined);
  const later = new AbortController();
  const sent = world.call('c', { signal: later.signal });
  await world.time.settle();
  later.abort();
  expect(await sent).toEqual({ ok: false, code: 'PA_ABORTED', outcome: 'unknown' });
});

test('an alias that no PAM knows: a clear error, after a moment for PAMs that have just been restarted', async () => {
  const world = makeWorld();
  let isOver = false;
  const ending = world.call('a').finally(() => {
    isOver = true;
  });
  await world.time.advance(900);
  expect(isOver).toBe(false);
  await world.time.advance(1_000);
  expect(await ending).toEqual({ ok: false, code: 'PA_UNKNOWN_ALIAS', outcome: 'not-executed' });
  const next = world.call('b');
  await world.serve(4);
  await world.time.advance(100);
  expect(await next).toEqual(ok('b', 1));
});

test('an alias that was unknown before this process stood still: no error before it has asked again', async () => {
  const { directory, ...world } = makeWorld();
  const look = directory.lookup.bind(directory);
  let goOn: () => void = () => undefined;
  const standing = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  directory.lookup = async (alias) => {
    if (directory.lookups > 0) await standing;
    return look(alias);
  };
  const ending = world.call('a');
  await world.time.advance(5_000);
  expect(directory.lookups).toBe(1);
  await world.serve(4);
  goOn();
  await world.time.advance(100);
  expect(await ending).toEqual(ok('a', 1));
});

test('a PAM that was restarted empty and is refilled by a heartbeat in time: no error', async () => {
  const world = makeWorld();
  const ending = world.call('a');
  await world.time.advance(800);
  await world.serve(4);
  await world.time.advance(300);
  expect(await ending).toEqual(ok('a', 1));
});

test('PAM restarts empty while calls are made: nobody notices', async () => {
  const world = makeWorld();
  const port = await world.serve(4);
  await Promise.all([world.call('a'), world.time.settle()]);
  world.directory.restartEmpty();
  port.breakConnections();
  const ending = world.call('b');
  await world.time.advance(2_000);
  expect(await ending).toEqual(ok('b', 2));
});

test('PAM cannot be reached: the client waits for ever, and says for what', async () => {
  const world = makeWorld();
  world.directory.isReachable = false;
  const ending = world.call('a');
  await world.time.advance(11_500);
  expect(world.waitings.map(({ reason, waitingMs }) => [reason, waitingMs])).toEqual([
    ['pam-unreachable', 1_000],
    ['pam-unreachable', 6_000],
    ['pam-unreachable', 11_000],
  ]);
  expect(world.waitings[0]).toMatchObject({ alias: 'home', directory: 'memory', port: undefined });
  await world.serve(4, {}, false).then(({ port }) => {
    world.directory.isReachable = true;
    return world.directory.register('home', port);
  });
  await world.time.advance(100);
  expect(await ending).toEqual(ok('a', 1));
});

test('what calls wait for: an alias without a port, a port that refuses, a port that is silent', async () => {
  const world = makeWorld();
  world.directory.create('home');
  const ending = world.call('a');
  await world.time.advance(1_000);
  expect(world.waitings.at(-1)?.reason).toBe('no-port');
  const port = await world.serve(4);
  await world.time.advance(100);
  await ending;
  await port.kill();
  const refused = world.call('b');
  await world.time.advance(1_000);
  expect(world.waitings.at(-1)).toMatchObject({ reason: 'port-unreachable', port: port.port });
  const silent = await world.serve(5);
  silent.script = () => ({ kind: 'silence' });
  await world.time.advance(6_000);
  expect(world.waitings.at(-1)?.reason).toBe('silent');
  silent.script = () => undefined;
  await world.time.advance(20_000);
  expect((await refused).ok).toBe(true);
});

test('`giveUpAfterMs` ends the waiting, and says of each call what is known', async () => {
  const world = makeWorld({ giveUpAfterMs: 2_000, limits: { outstandingMax: 1 } });
  const port = await world.serve(4);
  port.script = ({ what }) => (what === 'call' ? { kind: 'silence' } : undefined);
  const endings = Promise.all([world.call('a'), world.call('b')]);
  await world.time.advance(2_100);
  expect(await endings).toEqual([
    { ok: false, code: 'PA_UNAVAILABLE', outcome: 'unknown' },
    { ok: false, code: 'PA_UNAVAILABLE', outcome: 'not-executed' },
  ]);
});

test('a closed client rejects what is pending and what comes, and leaves nothing behind', async () => {
  const world = makeWorld();
  const port = await world.serve(4);
  port.script = ({ what }) => (what === 'call' ? { kind: 'silence' } : undefined);
  const pending = world.call('a');
  await world.time.settle();
  const closing = world.client.close();
  await world.time.settle();
  await closing;
  expect(await pending).toEqual({ ok: false, code: 'PA_CLOSED', outcome: 'unknown' });
  expect(await world.call('b')).toEqual({ ok: false, code: 'PA_CLOSED', outcome: 'not-executed' });
  await world.time.settle();
  expect(port.count('paGoodbye')).toBe(1);
  expect(world.area.sessions.size).toBe(0);
  expect([world.time.waiting, world.network.openStreams, world.directory.subscriptions]).toEqual([
    0, 0, 0,
  ]);
});

test('closing does not wait for a server that is hung', async () => {
  const world = makeWorld();
  const port = await world.serve(4);
  await Promise.all([world.call('a'), world.time.settle()]);
  port.script = () => ({ kind: 'silence' });
  const closing = world.client.close();
  await world.time.advance(200);
  await closing;
  await world.time.settle();
  expect([world.time.waiting, world.network.openStreams]).toEqual([0, 0]);
});
