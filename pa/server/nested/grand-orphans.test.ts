import { afterEach, expect, test } from 'vitest';
import { NestedWorld } from '../testing/nested-world.ts';

// A client dies while its call waits for calls of calls (docs/semantics.md, "Orphans"): what of the chain is not executed
// need not be, what is stays, and every alias of the chain comes to an end that it knows.

let world: NestedWorld | undefined;

afterEach(async () => {
  await world?.end();
  world = undefined;
});

/** The client calls a, which calls b, which calls c, where nobody serves; then the client ends. */
async function orphan(chain: string): Promise<NestedWorld> {
  const told = await NestedWorld.start(['a', 'b', 'c']);
  world = told;
  // All of them know each other already.
  expect(await told.ended(told.call('pass', `t0 ${chain}`))).toBe('done');
  told.revives = false;
  told.killAll('c');
  return told;
}

async function clientEnds(told: NestedWorld, calling: Promise<unknown>): Promise<void> {
  const closing = told.client.close();
  await told.pass(1_000);
  await Promise.all([calling, closing]);
}

const lines = (told: NestedWorld, alias: string): number => told.kept(alias, '\x02l').length;

test('extermination reaches the end of the chain: what waits there for a dead alias is not executed when that is back', async () => {
  const told = await orphan('b c');
  const calling = told.call('pass', 't1 b c').catch(() => undefined);
  await told.pass(1_000);
  expect([lines(told, 'a'), lines(told, 'b')]).toEqual([3, 3]);
  await clientEnds(told, calling);
  await told.pass(1_000);
  // Both continuations were told, while c is still away.
  expect([lines(told, 'a'), lines(told, 'b')]).toEqual([4, 4]);
  expect([told.kept('a', '\x01o'), told.kept('b', '\x01o')]).toEqual([[], []]);
  told.revives = true;
  await told.pass(5_000);
  expect(lines(told, 'c')).toBe(1);
});

test('a call whose client does not end waits for the alias that is away', async () => {
  const told = await orphan('b c');
  const calling = told.call('pass', 't1 b c');
  await told.pass(3_000);
  expect([lines(told, 'a'), lines(told, 'b')]).toEqual([3, 3]);
  told.revives = true;
  expect(await told.ended(calling)).toBe('done');
  expect(lines(told, 'c')).toBe(2);
});

test('the calling alias is taken over while its orphan waits: its new holder ends the chain', async () => {
  const told = await orphan('b c');
  const calling = told.call('pass', 't1 b c').catch(() => undefined);
  await told.pass(1_000);
  const killing = told.client.close();
  // The goodbye is on its way; whoever takes it dies as soon as it is durable.
  await told.pass(3);
  told.kill('a');
  await told.pass(4_000);
  await Promise.all([calling, killing]);
  await told.pass(4_000);
  told.revives = true;
  await told.pass(5_000);
  expect([told.kept('a', '\x01o'), told.kept('b', '\x01o')]).toEqual([[], []]);
  // However far the goodbye came: executed once, or not at all.
  expect([1, 2]).toContain(lines(told, 'c'));
  expect([lines(told, 'a'), lines(told, 'b')]).toEqual([4, 4]);
});

test('the middle of the chain dies with what it was told: its new holder cannot know that nothing was sent, and ends the call', async () => {
  const told = await orphan('b c');
  const calling = told.call('pass', 't1 b c').catch(() => undefined);
  await told.pass(1_000);
  told.onPoint = (alias, point) => {
    if (alias !== 'b' || point !== 'before-second-commit') return;
    told.onPoint = () => undefined;
    told.kill('b');
  };
  await clientEnds(told, calling);
  await told.pass(5_000);
  // Its first process knew the life at c already when it made the call durable.
  expect([lines(told, 'a'), lines(told, 'b'), lines(told, 'c')]).toEqual([3, 3, 1]);
  told.revives = true;
  await told.pass(10_000);
  expect([lines(told, 'a'), lines(told, 'b'), lines(told, 'c')]).toEqual([4, 4, 2]);
  expect([told.kept('a', '\x01o'), told.kept('b', '\x01o')]).toEqual([[], []]);
});
