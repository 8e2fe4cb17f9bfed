import { expect, test } from 'vitest';
import type { Stream } from '../network.ts';
import { manualClock } from './manual-clock.ts';
import { memoryNetwork } from './memory-network.ts';
import { seededRandom } from './seeded-random.ts';

const at = { host: '127.0.0.1', port: 2049 };

test('seeded random: the same seed gives the same numbers, another seed others', () => {
  const draw = (seed: number): string => seededRandom(seed).bytes(16).toString('hex');
  expect(draw(1)).toBe(draw(1));
  expect(draw(1)).not.toBe(draw(2));
  const random = seededRandom(7);
  const mean =
    Array.from({ length: 10_000 }, () => random.fraction()).reduce((a, b) => a + b) / 1e4;
  expect(mean).toBeCloseTo(0.5, 1);
});

test('manual clock: timers fire in the order of their time, not before it', async () => {
  const time = manualClock(0);
  const fired: [string, number][] = [];
  const note = (name: string) => () => fired.push([name, time.clock.monotonicMs()]);
  time.timers.after(20, note('b'));
  time.timers.after(10, () => {
    note('a')();
    time.timers.after(5, note('a+5'));
  });
  time.timers.after(15, note('never')).cancel();
  await time.advance(9);
  expect(fired).toEqual([]);
  await time.advance(91);
  expect(fired).toEqual([
    ['a', 10],
    ['a+5', 15],
    ['b', 20],
  ]);
  expect(time.clock.monotonicMs()).toBe(100);
  expect(time.waiting).toBe(0);
});

async function connected(chunkBytesMax: number) {
  const time = manualClock();
  const network = memoryNetwork(time.timers, { chunkBytesMax, highWaterBytes: 8 });
  const accepted: Stream[] = [];
  await network.listen(at, (stream) => accepted.push(stream));
  const near = await network.connect(at);
  return { time, network, near, far: accepted[0]! };
}

test('memory network: bytes arrive in pieces, back-pressure works, the end comes last', async () => {
  const { time, network, near, far } = await connected(3);
  const events: string[] = [];
  near.start({
    data: () => {},
    drained: () => events.push('drained'),
    closed: () => events.push('near closed'),
  });
  far.start({
    data: (bytes) => events.push(bytes.toString()),
    closed: () => events.push('far closed'),
  });
  far.pause();
  expect(near.write([Buffer.from('abcd')])).toBe(true);
  expect(near.write([Buffer.from('efgh')])).toBe(false);
  near.end();
  await time.settle();
  expect(events).toEqual([]);
  far.resume();
  await time.settle();
  expect(events).toEqual(['abc', 'd', 'efg', 'h', 'drained', 'far closed', 'near closed']);
  expect(network.openStreams).toBe(0);
});

test('memory network: refused, in use, reset', async () => {
  const { time, network, near, far } = await connected(100);
  await expect(network.connect({ ...at, port: 1 })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await expect(network.listen(at, () => {})).rejects.toMatchObject({ code: 'EADDRINUSE' });
  const closed: unknown[] = [];
  near.start({ data: () => {}, closed: (error) => closed.push(error) });
  far.start({ data: () => {}, closed: (error) => closed.push(error) });
  network.reset();
  await time.settle();
  expect(closed).toMatchObject([{ code: 'ECONNRESET' }, { code: 'ECONNRESET' }]);
});

test('memory network: destroy loses what is on the way and closes both ends', async () => {
  const { time, near, far } = await connected(100);
  const events: string[] = [];
  near.start({ data: () => {}, closed: () => events.push('near') });
  far.start({ data: () => events.push('data'), closed: () => events.push('far') });
  near.write([Buffer.from('lost')]);
  near.destroy();
  near.write([Buffer.from('dropped')]);
  await time.settle();
  expect(events.sort()).toEqual(['far', 'near']);
});
