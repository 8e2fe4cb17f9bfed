import { expect, test } from 'vitest';
import { lendBuffer, takeBack } from './lent-buffers.ts';

test('lent buffers: what was sent, in whole or in part, is lent again; what is out is nobody else’s', () => {
  const first = lendBuffer(50_000);
  const second = lendBuffer(50_000);
  expect([first.length, second.length]).toEqual([50_000, 50_000]);
  expect(second.buffer).not.toBe(first.buffer);
  takeBack([Buffer.from('head'), first.subarray(10, 20), first.subarray(30)]);
  const third = lendBuffer(40_000);
  expect(third.buffer).toBe(first.buffer);
  expect(lendBuffer(40_000).buffer).not.toBe(first.buffer);
});
