import { expect, test } from 'vitest';
import { parseReport } from './server-report.ts';
import { TakeoverLog } from './takeover-log.ts';

/** Notes events as a server reports them, one ms after the other. */
function logOf(...events: readonly object[]): TakeoverLog {
  const log = new TakeoverLog('b');
  events.forEach((event, nowMs) => {
    const report = parseReport({ kind: 'volume', alias: 'home', event });
    if (report?.kind === 'volume') log.note(report.event, nowMs);
  });
  return log;
}

const accused = { kind: 'accused', accusation: 'dead', epoch: 1 };
const part = (name: string, elapsedMs: number) => ({
  kind: 'takeover-part',
  part: name,
  elapsedMs,
});
const primary = { kind: 'primary', epoch: 2, port: 4711, takeoverMs: 42.5 };

test('takeover log: a takeover has all its parts, the registration that comes later too', () => {
  const log = logOf(accused, part('claim', 3), primary, part('register', 9));
  expect(log.takeovers).toEqual([
    {
      node: 'b',
      epoch: 2,
      accusation: 'dead',
      beganMs: 0,
      servedMs: 2,
      takeoverMs: 42.5,
      partsMs: { claim: 3, register: 9 },
    },
  ]);
});

test('takeover log: a claim that was lost to another is no takeover, and leaves nothing to the next', () => {
  const log = logOf(accused, part('probe', 3), { kind: 'claim-lost' }, accused, primary);
  expect(log.takeovers.map(({ partsMs }) => partsMs)).toEqual([{}]);
});

test('server report: what is not known is skipped', () => {
  expect(parseReport('text')).toBeUndefined();
  expect(parseReport({ kind: 'server' })).toBeUndefined();
  expect(parseReport({ kind: 'volume', event: { kind: 'primary' } })).toBeUndefined();
  expect(
    parseReport({ kind: 'volume', event: { kind: 'new-in-a-later-version' } }),
  ).toBeUndefined();
});
