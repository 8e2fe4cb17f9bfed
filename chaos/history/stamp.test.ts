import { expect, test } from 'vitest';
import { blockBytes } from './limits.ts';
import { stampedBytes, stampsOf } from './stamp.ts';

const run = '00c0ffee';
const source = { run, client: 3, number: 127 };

test('stamp: every block tells which call wrote it', () => {
  expect(stampsOf(stampedBytes(source, 5, 3), 5, run)).toEqual(['3.127', '3.127', '3.127']);
});

test('stamp: a block that nobody wrote is a hole', () => {
  expect(stampsOf(new Uint8Array(2 * blockBytes), 0, run)).toEqual(['-', '-']);
});

test('stamp: a block in the wrong place is displaced', () => {
  expect(stampsOf(stampedBytes(source, 5, 1), 6, run)).toEqual(['!3.127 displaced from block 5']);
});

test('stamp: a block of two calls is torn', () => {
  const bytes = stampedBytes(source, 0, 1);
  bytes.set(stampedBytes({ ...source, client: 4 }, 0, 1).subarray(0, 512), 0);
  expect(stampsOf(bytes, 0, run)).toEqual(['!torn: 4.127, 3.127']);
});

test('stamp: a block that lost a part is torn', () => {
  const bytes = stampedBytes(source, 0, 1).fill(0, 256, 512);
  expect(stampsOf(bytes, 0, run)).toEqual(['!torn: 3.127, zeros']);
});

test('stamp: other bytes, of another run too, are foreign', () => {
  const bytes = new Uint8Array(blockBytes).fill(65);
  expect(stampsOf(bytes, 0, run)).toEqual(['!foreign bytes']);
  expect(stampsOf(stampedBytes(source, 0, 1), 0, 'deadbeef')).toEqual(['!3.127 of run 00c0ffee']);
});

test('stamp: one changed byte is seen', () => {
  const bytes = stampedBytes(source, 0, 1);
  bytes[700] = 0;
  expect(stampsOf(bytes, 0, run)[0]).toMatch(/^!torn/);
});

test('stamp: a part of a block is not a block', () => {
  expect(stampsOf(stampedBytes(source, 0, 1).subarray(0, 100), 0, run)).toEqual([
    '!100 bytes of a block',
  ]);
});
