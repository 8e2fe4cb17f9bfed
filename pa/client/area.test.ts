import { expect, test } from 'vitest';
import { FakeArea } from './testing/fake-area.ts';
import { hexOf } from './testing/text.ts';
import { makeWorld, type World } from './testing/world.ts';

const ok = (text: string, count: number) => ({ ok: true, text, count });

/** Gives the alias to another area, as `fuga alias reset` does, and serves that. */
async function giveAway(world: World) {
  const area = new FakeArea('b'.repeat(32));
  world.directory.reset('home');
  const port = await world.serve(1, { area });
  return { area, port };
}

test('an alias that was given to another area: an idle client goes there, with a new hello', async () => {
  const world = makeWorld();
  const old = await world.serve(40);
  await Promise.all([world.call('a'), world.time.settle()]);
  await old.kill();
  await world.time.settle();
  const { area, port } = await giveAway(world);
  const ending = world.call('b');
  await world.time.advance(500);
  expect(await ending).toEqual(ok('b', 1));
  expect([world.area.executed, area.executed]).toEqual([[hexOf('a')], [hexOf('b')]]);
  expect(port.calls[0]?.header.aliasUi).toEqual(Buffer.from(area.areaUi, 'hex'));
});

test('calls that were sent to the old area end with an unknown outcome, and only after patience', async () => {
  const world = makeWorld({ limits: { outstandingMax: 1 } });
  const old = await world.serve(40);
  await Promise.all([world.call('a'), world.time.settle()]);
  old.script = ({ what }) => (what === 'call' ? { kind: 'execute-and-break' } : undefined);
  const sent = world.call('sent');
  const queued = world.call('wait');
  await world.time.settle();
  await old.kill();
  const { area } = await giveAway(world);
  let isOver = false;
  void sent.finally(() => {
    isOver = true;
  });
  await world.time.advance(2_900);
  expect(isOver).toBe(false);
  await world.time.advance(500);
  expect(await sent).toEqual({ ok: false, code: 'PA_OUTCOME_UNKNOWN', outcome: 'unknown' });
  expect(await queued).toEqual(ok('wait', 1));
  expect(area.executed).toEqual([hexOf('wait')]);
});

test('while the old area still answers, its calls end there, and nothing is lost', async () => {
  const world = makeWorld({ limits: { outstandingMax: 2 } });
  const old = await world.serve(40);
  await Promise.all([world.call('a'), world.time.settle()]);
  old.script = ({ what }) => (what === 'call' ? { kind: 'execute-and-hold' } : undefined);
  const endings = Promise.all(['b', 'c', 'd'].map((text) => world.call(text)));
  await world.time.advance(200);
  const { area } = await giveAway(world);
  await world.time.advance(5_000);
  old.release();
  await world.time.advance(500);
  expect(await endings).toEqual([ok('b', 2), ok('c', 3), ok('d', 1)]);
  expect(area.executed).toEqual([hexOf('d')]);
});

test('a PAM that was wrong about the area, and corrects itself, has done no harm', async () => {
  const world = makeWorld();
  const old = await world.serve(40);
  await Promise.all([world.call('a'), world.time.settle()]);
  old.script = ({ what }) => (what === 'call' ? { kind: 'silence' } : undefined);
  const ending = world.call('b');
  await world.time.advance(200);
  await giveAway(world);
  await world.time.advance(200);
  world.directory.reset('home');
  await world.directory.register('home', old.port);
  old.script = () => undefined;
  await world.time.advance(3_000);
  expect(await ending).toEqual(ok('b', 2));
});
