import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { checkHistory } from '../checker/check-history.ts';
import type { History } from '../history/history.ts';
import { directory, error, historyOf, own } from '../testing/hand-made.ts';
import { makeResult } from './result.ts';
import { formatResult } from './text.ts';

function textOf(history: History): string {
  return stripVTControlCharacters(formatResult(makeResult(history, checkHistory(history), 0)));
}

const good = historyOf([
  0,
  1_000,
  2_000,
  { kind: 'mkdir', directory: own, name: 'a' },
  directory(10),
]);
const bad = historyOf([
  0,
  1_000,
  2_000,
  { kind: 'mkdir', directory: own, name: 'a' },
  error('EEXIST'),
]);
const kill = { event: 'kill', atMicroseconds: 500, node: 'a', moment: 'before-commit' };

test('text: a correct run', () => {
  expect(textOf({ ...good, disturbances: [kill] })).toBe(
    [
      'Operations           1 by 1 workers in 0 s',
      'Spurious errors      0',
      'Lost operations      0',
      'Doubled operations   0',
      '',
      'Stall by fault     Times  Median   p99  Worst  Stock  Goal',
      'kill, no takeover      1    2 ms  2 ms   2 ms      -',
      '',
      'CORRECT  Each of the 1 answers fits one order of the calls, and all that was acknowledged is there.',
      '',
    ].join('\n'),
  );
});

test('text: a wrong run says what is wrong, where and when', () => {
  const text = textOf(bad);
  expect(text).toContain('Spurious errors      1');
  expect(text).toContain(
    'spurious in own-0 at 0.002 s: operation 0.1 mkdir(3 "a") was answered EEXIST;',
  );
  expect(text).toContain('WRONG  Clients got answers that no correct file server gives.');
});

test('text: the control that finds something did what it should', () => {
  const control = (history: History): History => ({
    ...history,
    header: { ...history.header, registration: false },
  });
  expect(textOf(control(bad))).toContain('WRONG, as expected  This was the control');
  expect(textOf(control(good))).toContain('NOTHING FOUND  This was the control');
});

test('text: what could not be checked is said', () => {
  const verdict = {
    ...checkHistory(good),
    verdict: 'undecided',
    undecided: ['own-0: too much.'],
  } as const;
  const text = stripVTControlCharacters(formatResult(makeResult(good, verdict, 0)));
  expect(text).toContain('undecided own-0: too much.');
  expect(text).toContain(
    'UNDECIDED  Nothing wrong was found, but not everything could be checked.',
  );
});
