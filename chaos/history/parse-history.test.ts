import { expect, test } from 'vitest';
import { historyOf, ok, own, shared, unknown } from '../testing/hand-made.ts';
import { randomHistory } from '../testing/random-history.ts';
import { formatHeader, formatHistory } from './format-history.ts';
import { parseHistory } from './parse-history.ts';

const header = formatHeader(historyOf().header);
const line = (fields: object): string => JSON.stringify(fields);
const good = {
  client: 1,
  number: 1,
  call: { kind: 'remove', directory: 1, name: 'a' },
  invoked: 10,
  responded: 20,
  outcome: { status: 'ok', result: {} },
};

function reasonOf(...lines: readonly string[]): string {
  const parsed = parseHistory(lines.join('\n'));
  return parsed.ok ? 'no error' : `line ${parsed.line}: ${parsed.reason}`;
}

test('history: what was written is read back, for every kind of call', () => {
  const history = randomHistory({
    seed: 3,
    clients: 4,
    callsPerClient: 100,
    sharing: 0.5,
    unknown: 0.02,
  });
  const disturbed = {
    ...history,
    header: { ...history.header, clients: ['pa', 'stock', 'gateway', 'pa'] },
    disturbances: [
      { event: 'kill', atMicroseconds: 7, node: 'a', moment: 'random' },
      {
        event: 'pause',
        atMicroseconds: 8,
        node: 'b',
        moment: 'woken-after-takeover',
        healedMicroseconds: 9,
        untilMicroseconds: 10,
      },
    ],
    takeovers: [
      {
        node: 'b',
        epoch: 2,
        accusation: 'dead',
        beganMicroseconds: 7,
        servedMicroseconds: 9,
        takeoverMs: 1.5,
        partsMs: { claim: 0.5 },
      },
    ],
    crashes: ['a ended by itself'],
  } as const;
  expect(new Set(history.operations.map(({ call }) => call.kind)).size).toBe(14);
  expect(parseHistory(formatHistory(disturbed))).toEqual({ ok: true, history: disturbed });
});

test('history: a call of unknown outcome has no time of its response', () => {
  const history = historyOf(
    [0, 1, 2, { kind: 'rmdir', directory: shared, name: 'a' }, unknown],
    [1, 3, 4, { kind: 'rmdir', directory: own, name: 'a' }, ok],
  );
  expect(formatHistory(history).split('\n')[1]).not.toContain('responded');
  expect(parseHistory(formatHistory(history))).toEqual({ ok: true, history });
});

test('history: empty lines are skipped', () => {
  expect(reasonOf(header, '', line(good), '', '')).toBe('no error');
});

test.each([
  ['an empty file', [''], 'line 1: there is no history in it'],
  [
    'no header',
    [line(good)],
    'line 1: the first line is not the header of a history ("format": "fuga-chaos-history")',
  ],
  [
    'a later version',
    [header.replace('"version":2', '"version":3')],
    'line 1: the history has format version 3; only 1 to 2 are known',
  ],
  ['a line cut off', [header, line(good).slice(0, 40)], /^line 2: the line is not JSON/],
  ['a list', [header, '[1]'], 'line 2: the line is not an object'],
  ['no call', [header, line({ client: 1 })], 'line 2: the line has no call'],
  [
    'an unknown kind',
    [header, line({ ...good, call: { kind: 'chmod' } })],
    /^line 2: kind of call of the line is "chmod", not one of lookup, create/,
  ],
  [
    'a name that is a number',
    [header, line({ ...good, call: { kind: 'remove', directory: 1, name: 5 } })],
    'line 2: name of call of the line is not a string',
  ],
  [
    'a negative number',
    [header, line({ ...good, call: { kind: 'getattr', file: -1 } })],
    'line 2: file of call of the line is not an integer from 0 on',
  ],
  [
    'a result without what the call gives',
    [header, line({ ...good, call: { kind: 'readlink', file: 3 } })],
    'line 2: result of outcome of the line has no target',
  ],
  [
    'an answer before the call',
    [header, line({ ...good, responded: 9 })],
    'line 2: the response at 9 comes before the call at 10',
  ],
  [
    'a known outcome at no time',
    [header, line({ ...good, responded: undefined })],
    'line 2: a call has the time of its response exactly when its outcome is known',
  ],
  [
    'the same operation twice',
    [header, line(good), line(good)],
    'line 3: operation 1.1 comes a second time',
  ],
  [
    'a line that never ends',
    [header, ' '.repeat(1_000_001) + line(good)],
    'line 2: the line is longer than 1000000 characters',
  ],
  [
    'a strange entry',
    [
      header,
      line({
        ...good,
        call: { kind: 'readdir', directory: 1 },
        outcome: { status: 'ok', result: { entries: ['a'] } },
      }),
    ],
    'line 2: an entry of the result is not a name and an inode number',
  ],
] as const)('history: %s is refused with the line and the reason', (_, lines, reason) => {
  expect(reasonOf(...lines)).toMatch(reason);
});
