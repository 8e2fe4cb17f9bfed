import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { forEachInTree, mapWithin, Window } from './window.ts';

describe('window', () => {
  test('never lets more in than it holds, and lets all through in the end', async () => {
    const window = new Window(3);
    let running = 0;
    let most = 0;
    const work = async () => {
      running += 1;
      most = Math.max(most, running);
      await sleep(1);
      running -= 1;
    };
    await Promise.all(Array.from({ length: 20 }, () => window.run(work)));
    expect(most).toBe(3);
    expect(window.tryEnter() && window.tryEnter() && window.tryEnter()).toBe(true);
    expect(window.tryEnter()).toBe(false);
  });

  test('a failure leaves its place to the next', async () => {
    const window = new Window(1);
    await expect(window.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await window.run(() => Promise.resolve(5))).toBe(5);
  });

  test('holds at least one', () => {
    expect(() => new Window(0)).toThrow(RangeError);
    expect(() => new Window(1.5)).toThrow(RangeError);
  });

  test('mapWithin gives results in order and stops at the first failure', async () => {
    const doubled = await mapWithin(2, [3, 1, 2], async (item) => {
      await sleep(item);
      return item * 2;
    });
    expect(doubled).toEqual([6, 2, 4]);

    const started: number[] = [];
    const failing = mapWithin(2, [1, 2, 3, 4, 5, 6], async (item) => {
      started.push(item);
      await sleep(1);
      if (item === 2) throw new Error('two');
    });
    await expect(failing).rejects.toThrow('two');
    expect(started.length).toBeLessThan(5);
  });

  test('forEachInTree holds for the whole tree, without waiting for itself', async () => {
    const window = new Window(4);
    let running = 0;
    let most = 0;
    let leaves = 0;
    const visit = async (depth: number): Promise<void> => {
      if (depth === 0) {
        running += 1;
        most = Math.max(most, running);
        await sleep(0);
        running -= 1;
        leaves += 1;
        return;
      }
      await forEachInTree(window, [1, 2, 3, 4], () => visit(depth - 1));
    };
    await visit(4);
    expect(leaves).toBe(256);
    // Those in the window, and the one who works without a place.
    expect(most).toBeLessThanOrEqual(5);
    expect(most).toBeGreaterThan(1);
  });
});
