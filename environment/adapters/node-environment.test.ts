import { expect, test } from 'vitest';
import { delay } from '../clock.ts';
import { nodeEnvironment } from './node-environment.ts';

const { clock, timers, random } = nodeEnvironment();

test('node timers: never early, by the same clock', async () => {
  for (const delayMs of [0, 0.4, 1, 3.7, 12]) {
    const startMs = clock.monotonicMs();
    await delay(timers, delayMs);
    expect(clock.monotonicMs() - startMs).toBeGreaterThanOrEqual(delayMs);
  }
});

test('node timers: a cancelled timer never fires', async () => {
  let fired = 0;
  const fire = (): void => {
    fired += 1;
  };
  timers.after(1, fire).cancel();
  timers.soon(fire).cancel();
  const late = timers.after(2 ** 40, fire);
  await delay(timers, 20);
  late.cancel();
  late.cancel();
  expect(fired).toBe(0);
});

test('node timers: soon comes after what was started before it', async () => {
  const order: string[] = [];
  timers.soon(() => order.push('soon'));
  await Promise.resolve();
  order.push('microtask');
  await delay(timers, 5);
  expect(order).toEqual(['microtask', 'soon']);
});

test('node clock: wall time is the system time with microseconds', () => {
  const stamp = clock.wallMicroseconds();
  expect(Number.isInteger(stamp)).toBe(true);
  expect(Math.abs(stamp / 1_000 - Date.now())).toBeLessThan(50);
});

test('node random: bytes and fractions', () => {
  expect(random.bytes(16).length).toBe(16);
  expect(random.bytes(16).equals(random.bytes(16))).toBe(false);
  const fractions = Array.from({ length: 1_000 }, () => random.fraction());
  expect(Math.min(...fractions)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...fractions)).toBeLessThan(1);
});
