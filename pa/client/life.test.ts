import { expect, test } from 'vitest';
import { Life } from './life.ts';
import { windowMax } from './limits.ts';

test('the completion notice is the lowest unfinished number, or the next one', () => {
  const life = new Life<string>();
  expect(life.lowestUnfinished).toBe(1);
  expect(['a', 'b', 'c'].map((call) => life.add(call))).toEqual([1, 2, 3]);
  life.finish(2);
  expect(life.lowestUnfinished).toBe(1);
  life.finish(1);
  expect(life.lowestUnfinished).toBe(3);
  life.finish(1);
  life.finish(3);
  expect(life.lowestUnfinished).toBe(4);
  expect([life.size, life.oldest]).toEqual([0, undefined]);
});

test('calls are given oldest first', () => {
  const life = new Life<string>();
  for (const call of ['a', 'b', 'c']) life.add(call);
  life.finish(1);
  expect([...life.calls()]).toEqual(['b', 'c']);
  expect(life.oldest).toBe('b');
});

test('a number is given only below lowest unfinished + 512: one slow call holds the window', () => {
  const life = new Life<number>();
  for (let sequence = 1; sequence <= windowMax; sequence += 1) {
    expect(life.hasRoom(64)).toBe(true);
    life.add(sequence);
    if (sequence > 1) life.finish(sequence);
  }
  expect(life.size).toBe(1);
  expect(life.hasRoom(64)).toBe(false);
  life.finish(1);
  expect(life.hasRoom(64)).toBe(true);
});

test('not more than the given number are outstanding', () => {
  const life = new Life<number>();
  life.add(1);
  expect(life.hasRoom(1)).toBe(false);
  expect(life.hasRoom(2)).toBe(true);
});
