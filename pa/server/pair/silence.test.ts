import { expect, test } from 'vitest';
import { deafMs, holdMinimumMs } from './limits.ts';
import { SilenceJudge } from './silence.ts';

const tickMs = 50;

/** Ticks from one time to another; tells when the judge first said that the primary hangs. */
function accusedAt(judge: SilenceJudge, fromMs: number, toMs: number): number | undefined {
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += tickMs) {
    if (judge.tick(nowMs)) return nowMs;
  }
  return undefined;
}

test('a primary that answers is never accused', () => {
  const judge = new SilenceJudge({ silenceMs: 1_000, sinceMs: 0 });
  for (let nowMs = 0; nowMs < 20_000; nowMs += tickMs) {
    if (nowMs % 900 === 0) judge.heard(nowMs);
    expect(judge.tick(nowMs)).toBe(false);
  }
});

test('silence for the configured time accuses', () => {
  const judge = new SilenceJudge({ silenceMs: 1_000, sinceMs: 0 });
  accusedAt(judge, 0, 0);
  for (let nowMs = 0; nowMs <= 5_000; nowMs += tickMs) {
    judge.heard(nowMs);
    judge.tick(nowMs);
  }
  expect(accusedAt(judge, 5_050, 10_000)).toBe(6_000);
});

test('a young holder is not accused of silence', () => {
  const judge = new SilenceJudge({ silenceMs: 1_000, sinceMs: 0 });
  expect(accusedAt(judge, 0, 10_000)).toBe(holdMinimumMs);
});

test('a backup that was paused itself starts to listen anew', () => {
  const judge = new SilenceJudge({ silenceMs: 1_000, sinceMs: 0 });
  accusedAt(judge, 0, 3_500 - holdMinimumMs);
  judge.heard(4_000);
  judge.tick(4_000);
  const wokenMs = 4_000 + 10 * deafMs;
  expect(judge.tick(wokenMs)).toBe(false);
  expect(accusedAt(judge, wokenMs + tickMs, wokenMs + 5_000)).toBe(wokenMs + 1_000);
});
