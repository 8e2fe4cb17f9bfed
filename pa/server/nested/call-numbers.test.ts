import { expect, test } from 'vitest';
import { CallNumbers } from './call-numbers.ts';

test('the lowest unfinished number, in whatever order calls are heard of and finished', () => {
  const numbers = new CallNumbers(7);
  expect(numbers.lowestUnfinished).toBe(7);
  numbers.restore(3);
  numbers.restore(5);
  expect(numbers.lowestUnfinished).toBe(3);
  // 7 was given before 8, and its transaction is heard of later.
  numbers.began(8);
  numbers.finished(3);
  numbers.finished(5);
  expect(numbers.lowestUnfinished).toBe(7);
  numbers.began(7);
  numbers.finished(8);
  expect(numbers.lowestUnfinished).toBe(7);
  numbers.finished(7);
  expect(numbers.lowestUnfinished).toBe(9);
});
