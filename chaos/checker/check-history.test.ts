import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import type { Call } from '../history/call.ts';
import type { Fault } from '../testing/faulty-server.ts';
import type { Plan } from '../testing/random-history.ts';
import { randomHistory } from '../testing/random-history.ts';
import type { Verdict } from './check-history.ts';
import { checkHistory } from './check-history.ts';
import { categories } from './finding.ts';

property.prop(
  [fc.nat(), fc.integer({ min: 1, max: 8 }), fc.double({ min: 0, max: 1, noNaN: true })],
  {
    numRuns: 12,
  },
)('history: a correct server is found correct', (seed, clients, sharing) => {
  const callsPerClient = Math.ceil(400 / clients);
  const verdict = checkHistory(randomHistory({ seed, clients, callsPerClient, sharing }));
  expect(verdict).toMatchObject({ verdict: 'correct', findings: [], undecided: [], audited: true });
});

property.prop([fc.nat(), fc.integer({ min: 2, max: 6 })], { numRuns: 12 })(
  'history: a correct server is found correct where outcomes are unknown',
  (seed, clients) => {
    const plan = { seed, clients, callsPerClient: 60, sharing: 0.6, unknown: 0.01 };
    expect(checkHistory(randomHistory(plan))).toMatchObject({ verdict: 'correct', findings: [] });
  },
);

test('history: thousands of calls of eight clients on one object are checked in seconds', () => {
  const plan: Plan = { seed: 4, clients: 8, callsPerClient: 400, sharing: 1 };
  const verdict = checkHistory(randomHistory(plan));
  expect(verdict.verdict).toBe('correct');
  const steps = verdict.objects.reduce((sum, object) => sum + object.steps, 0);
  // In steps and not in seconds: machines differ. One step takes some 20 microseconds.
  expect(steps).toBeLessThan(100_000);
});

interface Measured {
  /** Histories with the fault in them. */
  faulty: number;
  found: number;
  /** Found, and the first finding has one of the expected categories. */
  named: number;
  missed: string[];
}

const histories = 20;

/** One fault in each of many histories, at a call that the fault can change. */
function measure(fault: Fault, fits: (call: Call) => boolean, expected: string): Measured {
  const measured: Measured = { faulty: 0, found: 0, named: 0, missed: [] };
  for (let seed = 0; seed < histories; seed += 1) {
    let faulty: Call | undefined;
    const history = randomHistory({
      seed,
      clients: 4,
      callsPerClient: 60,
      sharing: 0.5,
      misbehave: (call, index) => {
        if (faulty !== undefined || index < 60 + 4 * seed || !fits(call)) return undefined;
        faulty = call;
        return fault;
      },
    });
    if (faulty === undefined) continue;
    measured.faulty += 1;
    const verdict: Verdict = checkHistory(history);
    if (verdict.verdict === 'wrong') measured.found += 1;
    else measured.missed.push(`${seed}: ${JSON.stringify(faulty)}`);
    if (verdict.findings.some(({ category }) => category === expected)) measured.named += 1;
  }
  return measured;
}

const isNotRepeatable = ({ kind }: Call): boolean =>
  ['mkdir', 'symlink', 'remove', 'rmdir', 'link'].includes(kind);

// One or two are missed with right: a wrong server that nobody can tell from a correct one. A name may have been made and
// removed at the same time before, so that both are possible, or what was dropped is replaced before anybody looks.
const foundMin = histories - 2;

test('history: a call that was executed twice and answered the second time is found', () => {
  const { faulty, found, named } = measure({ kind: 'answered again' }, isNotRepeatable, 'spurious');
  expect(faulty).toBe(histories);
  expect(found).toBeGreaterThanOrEqual(foundMin);
  expect(named).toBeGreaterThanOrEqual(foundMin - 1);
});

test.each(['ENOENT', 'EEXIST', 'EIO'])('history: an injected %s is found', (code) => {
  const { faulty, found, named } = measure({ kind: 'error', code }, () => true, 'spurious');
  expect(faulty).toBe(histories);
  expect(found).toBeGreaterThanOrEqual(foundMin);
  expect(named).toBeGreaterThanOrEqual(foundMin - 1);
});

test('history: a change of names that was acknowledged and dropped is found', () => {
  const { faulty, found, named } = measure({ kind: 'dropped' }, isNotRepeatable, 'lost');
  expect(faulty).toBe(histories);
  expect(found).toBeGreaterThanOrEqual(foundMin);
  expect(named).toBeGreaterThanOrEqual(foundMin - 3);
});

test('history: a WRITE that was dropped is found unless its file was written or removed afterwards', () => {
  const { faulty, found } = measure({ kind: 'dropped' }, ({ kind }) => kind === 'write', 'lost');
  expect(faulty).toBe(histories);
  // What nobody saw before it was covered cannot be missed by anybody.
  expect(found).toBeGreaterThanOrEqual(histories / 2);
});

test('history: an audit that cannot be read is no pass', () => {
  const history = randomHistory({ seed: 1, clients: 2, callsPerClient: 20, sharing: 0.5 });
  const { auditor } = history.header;
  const operations = history.operations.filter(({ client }) => client !== auditor);
  expect(checkHistory({ ...history, operations }).audited).toBe(false);
});

test('history: the counts are those of the findings', () => {
  let candidates = 0;
  const history = randomHistory({
    seed: 2,
    clients: 4,
    callsPerClient: 60,
    sharing: 0.5,
    misbehave: (call) => {
      candidates += isNotRepeatable(call) ? 1 : 0;
      return isNotRepeatable(call) && candidates % 10 === 0
        ? { kind: 'answered again' }
        : undefined;
    },
  });
  const { counts, findings } = checkHistory(history);
  expect(findings.length).toBeGreaterThan(1);
  for (const category of categories) {
    expect(counts[category]).toBe(findings.filter((one) => one.category === category).length);
  }
});
