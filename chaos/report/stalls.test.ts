import { expect, test } from 'vitest';
import type { Call } from '../history/call.ts';
import type { History } from '../history/history.ts';
import type { Line } from '../testing/hand-made.ts';
import { auditor, error, historyOf } from '../testing/hand-made.ts';
import { stallsOf, summarize } from './stalls.ts';

const call: Call = { kind: 'getattr', file: 1 };
const line = (client: number, begin: number, end: number): Line => [
  client,
  begin * 1000,
  end * 1000,
  call,
  error('ESTALE'),
];

function stallsAfter(
  killsMs: readonly number[],
  ...lines: readonly Line[]
): (number | undefined)[] {
  const disturbances = killsMs.map((at) => ({
    event: 'kill',
    atMicroseconds: at * 1000,
    node: 'a',
    moment: 'random',
  }));
  const history: History = { ...historyOf(...lines), disturbances };
  return stallsOf(history).map(({ stallMs }) => stallMs);
}

test('stall: the time from the kill to the first reply of a call sent after it', () => {
  expect(stallsAfter([10], line(0, 1, 2), line(0, 12, 95))).toEqual([85]);
});

test('stall: a reply that was under way at the kill does not end it', () => {
  expect(stallsAfter([10], line(0, 8, 11), line(0, 12, 95))).toEqual([84]);
});

test('stall: the client that waits longest counts', () => {
  expect(stallsAfter([10], line(0, 12, 50), line(1, 9, 90), line(1, 91, 92))).toEqual([80]);
});

test('stall: the auditor is no client', () => {
  expect(stallsAfter([10], line(0, 12, 20), line(auditor, 12, 900))).toEqual([10]);
});

test('stall: nobody was answered again', () => {
  expect(stallsAfter([10], line(0, 1, 2))).toEqual([undefined]);
});

test('stall: each kill has its own, and the summary their median and worst', () => {
  const stalls = (values: readonly (number | undefined)[]) =>
    values.map((stallMs) => ({ node: 'a', moment: 'random', atMicroseconds: 0, stallMs }));
  expect(stallsAfter([10, 100], line(0, 12, 50), line(0, 101, 130))).toEqual([40, 30]);
  expect(summarize(stalls([40, 30, 90]))).toEqual({ medianMs: 40, worstMs: 90 });
  expect(summarize(stalls([40, 30]))).toEqual({ medianMs: 35, worstMs: 40 });
  expect(summarize(stalls([undefined]))).toEqual({ medianMs: undefined, worstMs: undefined });
});
