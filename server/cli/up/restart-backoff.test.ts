import { expect, test } from 'vitest';
import { RestartBackoff } from './restart-backoff.ts';

test('a process that dies young again and again is started ever later, up to ten seconds', () => {
  const backoff = new RestartBackoff();
  const delays = Array.from({ length: 7 }, () => backoff.nextDelayMs(200));
  expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
});

test('one that had lived is started at once, whatever came before', () => {
  const backoff = new RestartBackoff();
  for (let death = 0; death < 5; death++) backoff.nextDelayMs(100);
  expect(backoff.nextDelayMs(60_000)).toBe(500);
  expect(backoff.nextDelayMs(100)).toBe(1_000);
});

test('one that was killed while it did what it should is started at once, however short it lived', () => {
  const backoff = new RestartBackoff();
  for (let death = 0; death < 5; death++)
    expect(backoff.nextDelayMs(100, { innocent: true })).toBe(500);
});

test('the last one is started again without a delay, unless it dies young again', () => {
  const backoff = new RestartBackoff();
  expect(backoff.nextDelayMs(60_000, { isLast: true })).toBe(0);
  expect(backoff.nextDelayMs(100, { isLast: true })).toBe(1_000);
});
