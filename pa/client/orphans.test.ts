import { expect, test } from 'vitest';
import { PaProgramV1 } from '../../protocol/generated/pa.ts';
import { decodeAll } from '../../xdr/decode.ts';
import type { LifeLog } from './life-log.ts';
import { makeWorld } from './testing/world.ts';

// What a client does against becoming, or leaving, an orphan; the server's part is in pa/server/orphans.test.ts.

/** A log in memory; `isBroken`: nothing can be written. */
function lifeLog() {
  const state = { lives: new Map<string, number>(), isBroken: false };
  const log: LifeLog = {
    previous: (areaUi) => state.lives.get(areaUi) ?? 0,
    async began(areaUi, incarnation) {
      await Promise.resolve();
      if (state.isBroken) throw new Error('the disk is full');
      state.lives.set(areaUi, incarnation);
    },
  };
  return { state, log };
}

type Port = Awaited<ReturnType<ReturnType<typeof makeWorld>['serve']>>;

const previousNames = (port: Port) =>
  port.received
    .filter(({ what }) => what === 'paHello')
    .map(({ call }) => {
      const decoded = decodeAll(PaProgramV1.procedures.paHello.arguments, call.argumentBytes);
      return decoded.ok ? Number(decoded.value.previousIncarnation) : undefined;
    });

test('a restarted client names its last life, which it wrote down before it called anything', async () => {
  const { state, log } = lifeLog();
  const world = makeWorld({ lives: log });
  const port = await world.serve(4);
  port.script = ({ what }) => {
    if (what === 'call') expect(state.lives.get(world.area.areaUi)).toBe(1);
    return undefined;
  };
  await Promise.all([world.call('a'), world.time.settle()]);
  expect(previousNames(port)).toEqual([0]);

  const next = makeWorld({ lives: log });
  const again = await next.serve(5);
  await Promise.all([next.call('a'), next.time.settle()]);
  expect(previousNames(again)).toEqual([1]);
});

test('a life that cannot be written down is not begun', async () => {
  const { state, log } = lifeLog();
  const world = makeWorld({ lives: log });
  const port = await world.serve(4);
  state.isBroken = true;
  const ending = world.call('a');
  await world.time.settle();
  expect(await ending).toEqual({ ok: false, code: 'PA_UNAVAILABLE', outcome: 'not-executed' });
  expect(port.calls).toEqual([]);
  state.isBroken = false;
  const later = world.call('b');
  await world.time.settle();
  expect(await later).toMatchObject({ ok: true });
});

test('more time: asked for until it is answered, and again after a takeover', async () => {
  const world = makeWorld();
  world.area.leaseMs = 30_000;
  const old = await world.serve(4);
  expect(await world.home.extendLease(1_000)).toBe(0);
  await Promise.all([world.call('a'), world.time.settle()]);
  old.script = ({ what }) => (what === 'paExtendLease' ? { kind: 'break' } : undefined);
  const extended = world.home.extendLease(100_000);
  await world.time.advance(50);
  old.script = () => undefined;
  await world.time.advance(300);
  expect(await extended).toBeGreaterThan(129_000);
  expect(old.count('paExtendLease')).toBeGreaterThan(1);

  await old.kill();
  const next = await world.serve(5);
  await Promise.all([world.call('b'), world.time.settle()]);
  const [asked] = next.received.filter(({ what }) => what === 'paExtendLease');
  const { paExtendLease } = PaProgramV1.procedures;
  const decoded = decodeAll(paExtendLease.arguments, asked?.call.argumentBytes ?? Buffer.alloc(0));
  expect(decoded.ok && decoded.value.extraMs).toBeGreaterThan(99_000);
});

test('more time from a port that hangs: another one is asked', async () => {
  const world = makeWorld();
  const hung = await world.serve(4);
  await Promise.all([world.call('a'), world.time.settle()]);
  hung.script = () => ({ kind: 'silence' });
  const extended = world.home.extendLease(60_000);
  await world.time.advance(500);
  await world.serve(5);
  await world.time.advance(2_000);
  expect(await extended).toBeGreaterThan(60_000);
});

test('more time from a server that has forgotten the client: 0, and its close asks for nothing', async () => {
  const world = makeWorld();
  const port = await world.serve(4);
  await Promise.all([world.call('a'), world.time.settle()]);
  world.area.sessions.clear();
  const extended = world.home.extendLease(60_000);
  await world.time.settle();
  expect(await extended).toBe(0);
  await Promise.all([world.call('b'), world.time.settle()]);
  port.script = () => ({ kind: 'silence' });
  const waiting = world.home.extendLease(60_000);
  const closing = world.client.close();
  await world.time.advance(500);
  await closing;
  expect(await waiting).toBe(0);
});
