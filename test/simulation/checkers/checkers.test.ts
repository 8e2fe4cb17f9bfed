import { expect, test } from 'vitest';
import { seal } from '../../../stable-area/holder/value-format.ts';
import { clientKey, clientRecords, registeredReplies } from '../../../pa/server/records.ts';
import { slotKey } from '../../../pa/server/slot-keys.ts';
import { ServiceVolume } from '../../../server/testing/service-volume.ts';
import { AcknowledgementChecker, type Answer, callId } from './acknowledgement-checker.ts';
import { findLeaks } from './leak-checker.ts';
import { findListingFaults } from './listing-checker.ts';
import { RegisterChecker } from './register-checker.ts';

// Each checker is shown what it must find. What chaos/checker finds is tested there.

const id = callId(clientKey(Buffer.alloc(16, 0xc1), 1), 1);
const results = Buffer.from('ok');

/** Call 1 arrives at `a` at step 10, is durable at 20, confirmed at 21 and answered at 22, under epoch 1. */
function sound(checker = new AcknowledgementChecker()) {
  const answer: Answer = { process: 'a', atStep: 22, arrivedStep: 10, id, epoch: 1, results };
  checker.durable('a', id, results, 20);
  checker.looked('a', 1, 21);
  checker.answered(answer);
  return { checker, answer };
}

test('acknowledgements: a sound history has no findings, takeover and duplicate included', () => {
  const { checker, answer } = sound();
  checker.opened('b', 2, new Map([[id, results]]));
  checker.looked('b', 2, 41);
  checker.answered({ ...answer, process: 'b', epoch: 2, arrivedStep: 40, atStep: 42 });
  expect(checker.findings).toEqual([]);
  expect(checker.answers).toBe(2);
});

test('registered reply equals first reply: another one is found', () => {
  const { checker, answer } = sound();
  checker.looked('a', 1, 31);
  checker.answered({ ...answer, arrivedStep: 30, atStep: 32, results: Buffer.from('ENOENT') });
  expect(checker.findings).toEqual([
    expect.stringContaining('answered by a otherwise than the first time'),
    expect.stringContaining('answered by a otherwise than was registered'),
  ]);
  const inherited = sound().checker;
  const other = Buffer.from('ENOENT');
  inherited.opened('b', 2, new Map([[id, other]]));
  inherited.looked('b', 2, 41);
  inherited.answered({ ...answer, process: 'b', epoch: 2, arrivedStep: 40, results: other });
  expect(inherited.findings).toEqual([expect.stringContaining('by b otherwise than the first')]);
});

test('nothing is acknowledged before it is durable: an answer that leaves first is found', () => {
  const checker = new AcknowledgementChecker();
  checker.looked('a', 1, 11);
  checker.answered({ process: 'a', atStep: 12, arrivedStep: 10, id, epoch: 1, results });
  expect(checker.findings).toEqual([]);
  checker.durable('a', id, results, 20);
  expect(checker.findings).toEqual([expect.stringContaining('left a before it was durable')]);
});

test('no acknowledged write is lost: a holder that does not find it is found, one that freed it or is fenced is not', () => {
  const { checker } = sound();
  checker.opened('b', 2, new Map());
  expect(checker.findings).toEqual([
    expect.stringContaining('acknowledged, and b does not find it'),
  ]);
  const { checker: freed, answer } = sound();
  freed.freed(id);
  freed.answered({ ...answer, atStep: 30 });
  freed.opened('b', 2, new Map());
  expect(freed.findings).toEqual([]);
  const late = sound().checker;
  late.opened('b', 1, new Map());
  expect(late.findings).toEqual([]);
});

test.each([
  ['never', undefined, 1, 'has never looked'],
  ['before the sync', 19, 1, 'its reply was durable at 20'],
  ['under another epoch', 21, 2, 'answers under epoch 1 and looked under 2'],
])('at most one holder acknowledges: one that looked %s is found', (_, step, epoch, finding) => {
  const checker = new AcknowledgementChecker();
  checker.durable('a', id, results, 20);
  if (step !== undefined) checker.looked('a', epoch, step);
  checker.answered({ process: 'a', atStep: 22, arrivedStep: 10, id, epoch: 1, results });
  expect(checker.findings).toEqual([expect.stringContaining(finding)]);
});

test('at most one holder acknowledges: a read, and an inherited reply, need a look after they arrived', () => {
  const { checker, answer } = sound();
  checker.answered({ ...answer, id: undefined, arrivedStep: 30, atStep: 31 });
  checker.opened('b', 2, new Map([[id, results]]));
  checker.looked('b', 2, 39);
  checker.answered({ ...answer, process: 'b', epoch: 2, arrivedStep: 40, atStep: 42 });
  expect(checker.findings).toEqual([
    expect.stringMatching(
      /^a answers a call at step 31 and looked at step 21: it had arrived at 30/,
    ),
    expect.stringMatching(/^b answers c1c1c1c1\/1\/1 at step 42 and looked at step 39/),
  ]);
});

test('leaks: a client, its replies and a record of a file that nothing leads to are found', async () => {
  const volume = new ServiceVolume();
  const root = await volume.root();
  const stored = () =>
    [...volume.records.stored].map(([key, value]) => ({ key, value: seal(key, value) }));
  expect(findLeaks(stored())).toEqual([]);
  const client = clientKey(Buffer.alloc(16, 1), 1);
  const leaked = [clientRecords.prefix + client, registeredReplies.prefix + slotKey(client, 1)];
  const records = leaked.map((key) => ({ key, value: Buffer.alloc(0) }));
  expect(findLeaks([...stored(), ...records])).toHaveLength(2);
  await volume.nfs.nfsprocMkdir({
    where: { dir: root, name: 'd' },
    attributes: {
      mode: 0o755,
      uid: 0,
      gid: 0,
      size: 0,
      atime: { seconds: 0, useconds: 0 },
      mtime: { seconds: 0, useconds: 0 },
    },
  });
  const [lost] = [...volume.records.stored.keys()].filter((key) => key.startsWith('\x02n'));
  volume.records.stored.delete(lost ?? '');
  expect(findLeaks(stored())).toEqual([expect.stringContaining('does not pass its audit')]);
});

test.each([
  ['a name that stays and is left out', ['b'], 'a was there throughout and is listed 0 times'],
  ['a name that stays and comes twice', ['a', 'b', 'a'], 'a was there throughout and is listed 2'],
  ['a name that comes more often than it was made', ['a', 'b', 'b'], 'b is listed 2 times'],
  ['a name that never was there', ['a', 'c'], 'c is listed and was never there'],
])('READDIR: %s is found', (_, names, finding) => {
  const entries = names.map((name, index) => ({ name, cookie: BigInt(index + 3) }));
  const listing = { throughout: new Set(['a']), made: new Map([['b', 1]]) };
  expect(findListingFaults({ ...listing, entries })).toEqual([expect.stringContaining(finding)]);
});

test('READDIR: a cookie that does not ascend is found, a sound listing is not', () => {
  const entries = ['a', 'b'].map((name) => ({ name, cookie: 3n }));
  const listing = { throughout: new Set(['a']), made: new Map([['b', 1]]) };
  expect(findListingFaults({ ...listing, entries })).toEqual([expect.stringContaining('cookie 3')]);
  expect(findListingFaults({ ...listing, entries: entries.slice(0, 1) })).toEqual([]);
});

test('registers: a read that goes back, and one of what nobody wrote, are found', () => {
  const checker = new RegisterChecker();
  const during = checker.reads('a');
  const written = checker.writes('a', 1);
  during(0);
  checker.reads('a')(0);
  written();
  checker.reads('a')(1);
  expect(checker.findings).toEqual([]);
  checker.reads('a')(0);
  checker.reads('a')(2);
  expect(checker.findings).toEqual([
    'a reads 0, which must be from 1 to 1',
    'a reads 2, which must be from 1 to 1',
  ]);
});
