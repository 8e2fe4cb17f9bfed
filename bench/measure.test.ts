import { expect, test } from 'vitest';
import { callsPerSecond, median } from './measure.ts';

test('the median of an even number of values is the mean of the middle two', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

test('no more calls than asked for are under way at once', async () => {
  let running = 0;
  let most = 0;
  await callsPerSecond(
    async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running -= 1;
    },
    4,
    50,
  );
  expect(most).toBe(4);
});
