import { expect, test } from 'vitest';
import { LoadGate } from './load-gate.ts';

/** Loads that end when they are told to, in a gate for ten records. */
function setUp() {
  const gate = new LoadGate(10);
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const run = (name: string, records: number): Promise<string> =>
    gate.run(records, () => {
      begun.push(name);
      return new Promise((resolve, reject) => {
        ends.set(name, (error) => {
          if (error === undefined) resolve(name);
          else reject(error);
        });
      });
    });
  const end = async (name: string, error?: Error): Promise<void> => {
    ends.get(name)?.(error);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { begun, run, end };
}

test('load gate: what fits begins at once, the others in their order, a large one alone', async () => {
  const { begun, run, end } = setUp();
  const loads = [run('a', 6), run('b', 4), run('large', 100), run('c', 1), run('d', 10)];
  expect(begun).toEqual(['a', 'b']);
  await end('a');
  // A small one does not overtake: the large one would wait for ever.
  expect(begun).toEqual(['a', 'b']);
  await end('b');
  expect(begun).toEqual(['a', 'b', 'large']);
  await end('large');
  expect(begun).toEqual(['a', 'b', 'large', 'c']);
  await end('c');
  await end('d');
  expect(await Promise.all(loads)).toEqual(['a', 'b', 'large', 'c', 'd']);
});

test('load gate: one that fails makes room too', async () => {
  const { begun, run, end } = setUp();
  const failing = run('a', 10);
  const next = run('b', 10);
  await Promise.all([expect(failing).rejects.toThrow('no'), end('a', new Error('no'))]);
  expect(begun).toEqual(['a', 'b']);
  await end('b');
  expect(await next).toBe('b');
});
