import { expect, test } from 'vitest';
import type { Call } from '../history/call.ts';
import type { History } from '../history/history.ts';
import type { Line } from '../testing/hand-made.ts';
import { auditor, error, historyOf } from '../testing/hand-made.ts';
import { stallsOf } from './stalls.ts';
import { summaryOf } from './statistics.ts';

const call: Call = { kind: 'getattr', file: 1 };
const line = (client: number, begin: number, end: number): Line => [
  client,
  begin * 1000,
  end * 1000,
  call,
  error('ESTALE'),
];

function stallsAfter(killsMs: readonly number[], ...lines: readonly Line[]): (number | null)[] {
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
  expect(stallsAfter([10], line(0, 1, 2))).toEqual([null]);
});

test('stall: each kill has its own', () => {
  expect(stallsAfter([10, 100], line(0, 12, 50), line(0, 101, 130))).toEqual([40, 30]);
});

test('stall: what lasts has the longest silence until it is over', () => {
  const history = historyOf(line(0, 11, 12), line(0, 13, 80), line(0, 81, 95), line(0, 96, 200));
  const cut = {
    event: 'cut-network',
    atMicroseconds: 10_000,
    node: 'a',
    moment: 'from-everybody',
    untilMicroseconds: 90_000,
  };
  expect(stallsOf({ ...history, disturbances: [cut] })[0]?.stallMs).toBe(68);
});

test('stall: stock clients have their own, and takeovers are told', () => {
  const history = historyOf(line(0, 12, 50), line(1, 12, 90));
  const kill = {
    event: 'kill',
    atMicroseconds: 10_000,
    node: 'a',
    moment: 'random',
    untilMicroseconds: 40_000,
  };
  const takeover = {
    node: 'b',
    epoch: 2,
    accusation: 'dead',
    beganMicroseconds: 11_000,
    servedMicroseconds: 30_000,
    takeoverMs: 18,
    partsMs: {},
  };
  const header = { ...history.header, clients: ['pa', 'stock'] as const };
  expect(
    stallsOf({ ...history, header, disturbances: [kill], takeovers: [takeover] }),
  ).toMatchObject([{ stallMs: 40, stockStallMs: 80, takenOver: true }]);
});

test('statistics: median, 99th percentile and worst; nothing of nothing', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(summaryOf(hundred)).toEqual({ count: 100, medianMs: 50.5, p99Ms: 99, worstMs: 100 });
  expect(summaryOf([40, 30, 90]).medianMs).toBe(40);
  expect(summaryOf([])).toEqual({ count: 0, medianMs: null, p99Ms: null, worstMs: null });
});
