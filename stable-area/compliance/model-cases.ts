import { strict as assert } from 'node:assert';
import type { Change, Holder, Key } from '../stable-area.ts';
import { commitDurably, openAndHold, untilDurable } from './support.ts';
import type { ComplianceCase } from './world.ts';

const stepsPerSeed = 60;
const keyCount = 40;

/** Random commits, reads, ranges and takeovers against a map: whatever the map says, the area says. */
export const modelCases: readonly ComplianceCase[] = [1, 2, 3].map((seed) => ({
  name: `random operations match a map (seed ${seed})`,
  async run(world) {
    const next = generator(seed);
    const model = new Map<Key, Buffer>();
    let holder = await openAndHold(world);
    for (let step = 0; step < stepsPerSeed; step += 1) {
      const what = next(10);
      if (what < 5) {
        for (let commits = next(4); commits >= 0; commits -= 1) {
          holder.commit(applied(model, randomChanges(next)));
        }
        await untilDurable(holder, holder.lastBatch);
      } else if (what < 6) {
        await commitDurably(holder, applied(model, randomChanges(next)));
        holder = await openAndHold(world, `n${step}`);
      } else if (what < 8) {
        await comparePoints(holder, model, next);
      } else {
        await compareRange(holder, model, next);
      }
    }
    const all = await holder.range({ from: '\x01', to: '\xff', limit: 1_000 });
    assert.deepEqual(new Map(all.map(({ key, value }) => [key, Buffer.from(value)])), model);
  },
}));

/** Numbers from 0 to `below` - 1; the same for the same seed (mulberry32). */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function keyOf(number: number): Key {
  return `\x02${String.fromCharCode(number % 7, (number * 37) % 256)}`;
}

function randomChanges(next: (below: number) => number): Change[] {
  return Array.from({ length: next(6) }, () => {
    const key = keyOf(next(keyCount));
    if (next(4) === 0) return { key, value: undefined };
    return { key, value: Buffer.alloc(next(300), next(256)) };
  });
}

/** Does the changes to the model as well. */
function applied(model: Map<Key, Buffer>, changes: Change[]): Change[] {
  for (const { key, value } of changes) {
    if (value === undefined) model.delete(key);
    else model.set(key, Buffer.from(value));
  }
  return changes;
}

async function comparePoints(
  holder: Holder,
  model: ReadonlyMap<Key, Buffer>,
  next: (below: number) => number,
): Promise<void> {
  const keys = Array.from({ length: next(8) }, () => keyOf(next(keyCount)));
  const found = await holder.getMany(keys);
  assert.deepEqual(
    found.map((value) => (value === undefined ? undefined : Buffer.from(value))),
    keys.map((key) => model.get(key)),
  );
}

async function compareRange(
  holder: Holder,
  model: ReadonlyMap<Key, Buffer>,
  next: (below: number) => number,
): Promise<void> {
  const from = keyOf(next(keyCount));
  const to = keyOf(next(keyCount));
  const limit = next(10);
  const reverse = next(2) === 0;
  const expected = [...model]
    .filter(([key]) => key >= from && key < to)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (reverse) expected.reverse();
  const found = await holder.range({ from, to, limit, reverse });
  assert.deepEqual(
    found.map(({ key, value }) => [key, Buffer.from(value)]),
    expected.slice(0, limit),
  );
}
