import { expect, test } from 'vitest';
import { checkHistory } from '../checker/check-history.ts';
import type { Disturbance, History, Takeover } from '../history/history.ts';
import { auditor, error, historyOf, type Line, unknown } from '../testing/hand-made.ts';
import { formatPage } from './html/page.ts';
import { makeResult } from './result.ts';

const ms = 1_000;
/** Of a file that nobody made. */
const call = { kind: 'getattr', file: 99 } as const;
/** From, to: in ms. */
const line = (client: number, begin: number, end: number): Line => [
  client,
  begin * ms,
  end * ms,
  call,
  error('ESTALE'),
];
const fault = (event: string, atMs: number, untilMs: number): Disturbance => ({
  event,
  atMicroseconds: atMs * ms,
  node: 'a',
  moment: 'random',
  untilMicroseconds: untilMs * ms,
});
const takeover = (
  beganMs: number,
  servedMs: number,
  partsMs: Takeover['partsMs'] = {},
): Takeover => ({
  node: 'b',
  epoch: 2,
  accusation: 'dead',
  beganMicroseconds: beganMs * ms,
  servedMicroseconds: servedMs * ms,
  takeoverMs: servedMs - beganMs,
  partsMs,
});

const resultOf = (history: History) => makeResult(history, checkHistory(history), 0);

const lines = [
  line(0, 0, 1),
  line(1, 2, 26),
  line(0, 12, 70),
  line(0, 71, 215),
  line(1, 30, 58),
  line(1, 62, 85),
];
const history: History = {
  ...historyOf(...lines, [1, 220 * ms, 0, call, unknown], line(auditor, 300, 900)),
  disturbances: [fault('kill', 10, 65), fault('pause', 100, 210)],
  takeovers: [takeover(20, 60, { open: 7, claim: 3, polish: 1 })],
  crashes: ['b ended by itself (exit code 1): <assertion>'],
};

test('report: a takeover has the parts that its server told, the detection before and the answer after them', () => {
  const parts = resultOf(history).takeoverParts.map(({ part, medianMs }) => [part, medianMs]);
  expect(parts).toEqual([
    ['detect', 10],
    ['claim', 3],
    ['open', 7],
    ['first answer', 10],
    ['polish', 1],
  ]);
});

test('report: faults with and without a takeover are counted apart, and goals are for those with', () => {
  expect(resultOf(history).faults).toMatchObject([
    {
      kind: 'kill',
      takenOver: true,
      times: 1,
      stall: { medianMs: 60 },
      goal: { isMet: true },
    },
    { kind: 'pause', takenOver: false, times: 1, goal: null },
  ]);
});

test('report: answers are counted in bins of 10 ms, those of the auditor not', () => {
  const { binMs, counts } = resultOf(history).timeLine;
  expect(binMs).toBe(10);
  const filled = counts.flatMap((value, bin) => (value === 0 ? [] : [[bin, value]]));
  expect(filled).toEqual([
    [0, 1],
    [2, 1],
    [5, 1],
    [7, 1],
    [8, 1],
    [21, 1],
  ]);
});

test('report: latencies of answered calls are in buckets of a logarithmic scale, eight for each power of ten', () => {
  const { counts } = resultOf(history).latencies;
  const filled = counts.flatMap((value, bucket) => (value === 0 ? [] : [[bucket, value]]));
  // 1, 23, 24, 28, 58 and 144 ms.
  expect(filled).toEqual([
    [8, 1],
    [18, 1],
    [19, 2],
    [22, 1],
    [25, 1],
  ]);
});

test('report: the page says everything in one file, and nothing in it is taken for markup', () => {
  const page = formatPage(resultOf(history));
  expect(page).toMatch(/^<!doctype html>/);
  expect(page).toContain('b ended by itself (exit code 1): &lt;assertion&gt;');
  expect(page.match(/class="served"/g)).toHaveLength(1);
  expect(page).toContain('title="kill of a (random), 60 ms without an answer"');
  expect(page).not.toMatch(/<script|src=|href=|url\(/);
  const opened = page.match(/<(section|div|ul|ol|li|svg|table|tr|span|b|i)\b/g) ?? [];
  const closed = page.match(/<\/(section|div|ul|ol|li|svg|table|tr|span|b|i)>/g) ?? [];
  expect(closed).toHaveLength(opened.length);
});

test('report: a page of a run without calls has no empty pictures', () => {
  const page = formatPage(resultOf(historyOf()));
  expect(page).toContain('CORRECT');
  expect(page).not.toContain('<svg');
});

test('report: a refusal for want of space is right while the disk is full, and only then', () => {
  const mkdir = { kind: 'mkdir', directory: 3, name: 'a' } as const;
  const full = { ...historyOf([0, 5, 6, mkdir, error('ENOSPC')]), takeovers: [], crashes: [] };
  const during = { ...full, disturbances: [fault('full-disk', 0, 1)] };
  expect(resultOf(during)).toMatchObject({ verdict: 'correct', refusedForSpace: 1 });
  expect(resultOf(full).spurious).toBe(1);
  const before = { ...full, disturbances: [fault('full-disk', 1, 2)] };
  expect(resultOf(before).spurious).toBe(1);
});
