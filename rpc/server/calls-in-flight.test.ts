import { expect, test } from 'vitest';
import type { RpcCall } from '../call-message.ts';
import { authNone } from '../opaque-auth.ts';
import { CallsInFlight } from './calls-in-flight.ts';
import { ReplySizes, smallRepliesMin } from './reply-sizes.ts';

const limits = { callsInFlightMax: 10, callBytesInFlightMax: 1e6, largeRepliesInFlightMax: 3 };

function call(xid: number, procedure: number): RpcCall {
  const argumentBytes = Buffer.alloc(0);
  const numbers = { rpcVersion: 2 as const, program: 100_003, version: 3, procedure };
  return { xid, ...numbers, credential: authNone, verifier: authNone, argumentBytes };
}

/** How many calls of a procedure a connection of its own may have in flight. */
function depth(sizes: ReplySizes, procedure: number): number {
  const calls = new CallsInFlight(limits, sizes);
  while (!calls.isFull) calls.begin(call(calls.count, procedure), 100);
  return calls.count;
}

function answer(sizes: ReplySizes, procedure: number, replyBytes: number, times = 1): void {
  const calls = new CallsInFlight(limits, sizes);
  for (let xid = 1; xid <= times; xid += 1) {
    calls.begin(call(xid, procedure), 100);
    calls.end(xid, replyBytes);
  }
}

test('a procedure is believed to have small replies after enough of them, each by itself', () => {
  const sizes = new ReplySizes();
  answer(sizes, 1, 100, smallRepliesMin - 1);
  expect(depth(sizes, 1)).toBe(3);
  answer(sizes, 1, 100);
  expect(depth(sizes, 1)).toBe(10);
  expect(depth(sizes, 6)).toBe(3);
});

test('one large reply tells for ever', () => {
  const sizes = new ReplySizes();
  answer(sizes, 6, 100, smallRepliesMin);
  answer(sizes, 6, 64 * 1024);
  answer(sizes, 6, 100, 2 * smallRepliesMin);
  expect(depth(sizes, 6)).toBe(3);
});

test('calls under one xid count until the last of them ends', () => {
  const calls = new CallsInFlight(limits, new ReplySizes());
  for (let copy = 0; copy < 3; copy += 1) calls.begin(call(7, 6), 100);
  calls.end(7);
  calls.end(7, 100);
  expect(calls.isFull).toBe(true);
  calls.end(7, 100);
  expect([calls.isFull, calls.count]).toEqual([false, 0]);
  expect(() => calls.end(7)).toThrow('answered or dropped once');
});

test('a peer that names many procedures does not make the server learn of them without end', () => {
  const sizes = new ReplySizes();
  for (let procedure = 0; procedure < 1_023; procedure += 1) answer(sizes, procedure, 100);
  const beyond = { ...call(1, 5), program: 7 };
  const calls = new CallsInFlight({ ...limits, callsInFlightMax: 1e6 }, sizes);
  for (const program of [1, 2]) {
    for (let xid = 0; xid < smallRepliesMin; xid += 1) {
      calls.begin({ ...beyond, xid, program }, 100);
      calls.end(xid, 100);
    }
  }
  for (const [program, isFull] of [
    [1, false],
    [2, true],
  ] as const) {
    for (let xid = 0; xid < 3; xid += 1) calls.begin({ ...beyond, xid, program }, 100);
    expect(calls.isFull).toBe(isFull);
  }
});
