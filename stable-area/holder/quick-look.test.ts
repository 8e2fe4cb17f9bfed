import { expect, test } from 'vitest';
import type { KeyValueEngine } from '../key-value-engine.ts';
import { QuickLook } from './quick-look.ts';
import { seal } from './value-format.ts';

const value = Buffer.from('value');

/** Over an engine with the record `a`, and a damaged `b`; a look takes as long as `lookMs` says. */
function setUp() {
  const time = { nowMs: 0, lookMs: 0 };
  const clock = { monotonicMs: () => time.nowMs, wallMicroseconds: () => 0 };
  const getNow = (key: string): Uint8Array | undefined => {
    time.nowMs += time.lookMs;
    return key === 'a' ? seal(key, value) : key === 'b' ? seal('other', value) : undefined;
  };
  const over = (engine: Partial<KeyValueEngine>) => new QuickLook(engine as KeyValueEngine, clock);
  return { time, over, look: over({ getNow }) };
}

test('quick look: what is stored, and what is not', () => {
  expect(setUp().look.at(['a', 'c'])).toEqual([value, undefined]);
});

test('quick look: damage, many keys, and an engine that cannot are left to the thread', () => {
  const { look, over } = setUp();
  expect(look.at(['a', 'b'])).toBeUndefined();
  expect(look.at(Array.from({ length: 9 }, () => 'a'))).toBeUndefined();
  expect(over({}).at(['a'])).toBeUndefined();
});

test('quick look: after two that found the disk slow, the next ones go through the thread for a while', () => {
  const { look, time } = setUp();
  time.lookMs = 20;
  expect(look.at(['a'])).toEqual([value]);
  expect(look.at(['a'])).toEqual([value]);
  expect(look.at(['a'])).toBeUndefined();
  time.lookMs = 0;
  time.nowMs += 1_000;
  expect(look.at(['a'])).toEqual([value]);
});
