import { afterEach, describe, expect, test } from 'vitest';
import { type Failpoint, failpointNames, nestedFailpointNames } from '../failpoints.ts';
import { NestedWorld } from '../testing/nested-world.ts';

let world: NestedWorld | undefined;

afterEach(async () => {
  await world?.end();
  world = undefined;
});

/** First contact, then calls side by side, then calls that come back. */
async function tellStory(told: NestedWorld): Promise<void> {
  expect(await told.ended(told.call('pass', 't0 b'))).toBe('done');
  const side = ['t1 b', 't2 b'].map((text) => told.call('pass', text));
  expect(await told.ended(Promise.all([...side, told.call('twice', 't3 b a')]))).toEqual(
    Array(3).fill('done'),
  );
  expect(await told.ended(told.call('pass', 't4 b a'))).toBe('done');
}

/** Each transaction of each call was executed once, at each alias, and nothing else was. */
async function check(told: NestedWorld): Promise<void> {
  told.onMessage = () => undefined;
  told.onPoint = () => undefined;
  const both = ['t0', 't1', 't2', 't4'].flatMap((text) => [`${text} comes`, `${text} replied`]);
  const atA = [
    ...both,
    't3 comes',
    't3 first replied',
    't3 second replied',
    't3 comes',
    't4 comes',
  ];
  const atB = ['t0', 't1', 't2', 't3', 't4'].map((text) => `${text} comes`);
  expect(await told.lines('a')).toEqual(atA.sort());
  expect(await told.lines('b')).toEqual([...atB, 't4 replied'].sort());
  await told.pass(1_000);
  expect([told.kept('a', '\x01o'), told.kept('b', '\x01o')]).toEqual([[], []]);
}

const actions = {
  'the caller is killed': (told: NestedWorld) => told.kill('a'),
  'the destination is killed': (told: NestedWorld) => told.kill('b'),
  'both are killed': (told: NestedWorld) => {
    told.kill('a');
    told.kill('b');
  },
  'the caller is switched over': (told: NestedWorld) => {
    void told.primary('a')?.volume.switchOver();
  },
  'the caller is stopped, and wakes up when it was replaced': (told: NestedWorld) => told.stop('a'),
  'all connections break': (told: NestedWorld) => told.network.reset(),
};

/** Acts before each message of a story, in one run after the other, until a run has no such message. */
async function actBeforeEach(
  act: (told: NestedWorld) => void,
  story: (told: NestedWorld) => Promise<void>,
): Promise<void> {
  for (let count = 1, hasActed = true; hasActed; count += 1) {
    hasActed = false;
    world = await NestedWorld.start(['a', 'b']);
    const told = world;
    told.onMessage = (messages) => {
      if (messages !== count) return;
      hasActed = true;
      act(told);
    };
    await story(told);
    await told.end();
  }
}

describe.each(Object.entries(actions))('%s', (_, act) => {
  test('before each message of the story, one after the other', () =>
    actBeforeEach(act, async (told) => {
      await tellStory(told);
      await check(told);
    }));
});

test('calls in a row on a slow disk: a reply that has arrived is asked for again when its use was not durable', () =>
  actBeforeEach(actions['the caller is killed'], async (told) => {
    const texts = ['t0', 't1', 't2', 't3', 't4', 't5'];
    const calls: Promise<string>[] = [];
    told.cluster('a').disk.syncMs = 7;
    for (const text of texts) {
      calls.push(told.call('pass', `${text} b`));
      await told.pass(4);
    }
    expect(await told.ended(Promise.all(calls))).toEqual(texts.map(() => 'done'));
    told.onMessage = () => undefined;
    expect(await told.lines('b')).toEqual(texts.map((text) => `${text} comes`));
    const atA = texts.flatMap((text) => [`${text} comes`, `${text} replied`]);
    expect(await told.lines('a')).toEqual(atA);
  }));

const points: readonly Failpoint[] = [...failpointNames, ...nestedFailpointNames];
/** Moments at which an alias is: the caller passes all of them, the destination those of a call without a nested one. */
const moments = [
  ...points.map((point) => ['a', point] as const),
  ...failpointNames.map((point) => ['b', point] as const),
];

describe.each(moments)('%s dies %s', (alias, point) => {
  test('and its successor, or the other alias, at each such moment after that', async () => {
    for (const [otherAlias, otherPoint] of moments) {
      world = await NestedWorld.start(['a', 'b']);
      const told = world;
      const plan = [
        [alias, point],
        [otherAlias, otherPoint],
        [alias, point],
      ];
      told.onPoint = (passedBy, passed) => {
        const [next] = plan;
        if (next?.[0] !== passedBy || next[1] !== passed) return;
        plan.shift();
        told.kill(passedBy);
      };
      await tellStory(told);
      expect(plan.length).toBeLessThan(2);
      await check(told);
      await told.end();
    }
  });
});
