import { expect, test } from 'vitest';
import { ReadingTurns, turnMs } from './reading-turns.ts';

/** Calls that take as long as they say, and turns that come when they are told to. */
function setUp() {
  let nowMs = 0;
  const soon: (() => void)[] = [];
  const timer = { cancel: () => undefined };
  const turns = new ReadingTurns(
    { monotonicMs: () => nowMs, wallMicroseconds: () => 0 },
    {
      soon: (callback) => {
        soon.push(callback);
        return timer;
      },
      after: () => timer,
    },
  );
  const executed: string[] = [];
  const run = (name: string, takesMs: number): void => {
    turns.run(() => {
      executed.push(name);
      nowMs += takesMs;
    });
  };
  const nextTurn = (): void => {
    for (const callback of soon.splice(0)) callback();
  };
  return { run, executed, nextTurn, soon };
}

test('what a turn has no time for waits for the next one, in its order', () => {
  const { run, executed, nextTurn, soon } = setUp();
  run('a', turnMs - 1);
  run('b', turnMs);
  run('c', 2);
  run('d', turnMs);
  run('e', 1);
  expect(executed).toEqual(['a', 'b']);
  nextTurn();
  expect(executed).toEqual(['a', 'b', 'c', 'd']);
  // One that comes late does not overtake.
  run('f', 1);
  nextTurn();
  expect(executed).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  nextTurn();
  expect(soon).toEqual([]);
});

test('calls that take no time to speak of cost no look at the next turn', () => {
  const { run, executed, soon } = setUp();
  for (let call = 0; call < 100; call += 1) run('light', 0);
  expect([executed.length, soon.length]).toEqual([100, 0]);
});
