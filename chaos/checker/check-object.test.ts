import { expect, test } from 'vitest';
import type { Call } from '../history/call.ts';
import type { Line } from '../testing/hand-made.ts';
import {
  content,
  directory,
  error,
  file,
  historyOf,
  listing,
  ok,
  other,
  own,
  shared,
  symlink,
  unknown,
} from '../testing/hand-made.ts';
import type { ObjectReport } from './check-object.ts';
import { checkObject, defaultObjectLimits } from './check-object.ts';
import { objectsOf } from './objects.ts';

const at = (name: string, ino = shared) => ({ directory: ino, name });
const create = (name: string, ino = shared): Call => ({ kind: 'create', ...at(name, ino) });
const mkdir = (name: string, ino = shared): Call => ({ kind: 'mkdir', ...at(name, ino) });
const remove = (name: string, ino = shared): Call => ({ kind: 'remove', ...at(name, ino) });
const rmdir = (name: string, ino = shared): Call => ({ kind: 'rmdir', ...at(name, ino) });
const lookup = (name: string, ino = shared): Call => ({ kind: 'lookup', ...at(name, ino) });
const readdir = (ino = shared): Call => ({ kind: 'readdir', directory: ino });
const rename = (name: string, toName: string, from = shared, to = shared): Call => ({
  kind: 'rename',
  ...at(name, from),
  toDirectory: to,
  toName,
});
const write = (ino: number, block = 0, blocks = 1): Call => ({
  kind: 'write',
  file: ino,
  block,
  blocks,
});
const read = (ino: number): Call => ({ kind: 'read', file: ino, block: 0, blocks: 8 });

function check(...lines: readonly Line[]): ObjectReport[] {
  return objectsOf(historyOf(...lines)).map((object) => checkObject(object, []));
}

/** `category operation`, one for each finding. */
function findingsOf(...lines: readonly Line[]): string[] {
  return check(...lines).flatMap(({ findings }) =>
    findings.map(({ category, operation }) => `${category} ${operation}`),
  );
}

test('order: an own directory is checked call by call', () => {
  const reports = check(
    [0, 1, 2, create('a', own), file(10)],
    [0, 3, 4, write(10, 1), file(10, 2)],
    [0, 5, 6, read(10), content(10, ['-', '0.2'])],
    [0, 7, 8, rename('a', 'b', own, own), ok],
    [0, 9, 10, remove('a', own), error('ENOENT')],
    [0, 11, 12, { kind: 'link', file: 10, ...at('a', own) }, ok],
    [0, 13, 14, remove('b', own), ok],
    [0, 15, 16, lookup('a', own), file(10, 2, 1)],
  );
  expect(reports).toEqual([
    expect.objectContaining({ name: 'own-0', isSequential: true, findings: [], operations: 8 }),
  ]);
});

test('order: concurrent calls may take effect in any order between their ends', () => {
  const lines: Line[] = [
    [0, 1, 10, create('a'), file(10)],
    [1, 2, 9, remove('a'), ok],
    [2, 3, 8, lookup('a'), error('ENOENT')],
    [3, 11, 12, lookup('a'), error('ENOENT')],
  ];
  expect(findingsOf(...lines)).toEqual([]);
  // The other way round: the name is there afterwards, so the removal came first, and cannot have succeeded.
  expect(findingsOf(...lines.slice(0, 3), [3, 11, 12, lookup('a'), file(10)])).not.toEqual([]);
});

test('order: of two concurrent calls that exclude each other only one can succeed', () => {
  expect(
    findingsOf([0, 1, 5, mkdir('a'), directory(10)], [1, 2, 6, mkdir('a'), error('EEXIST')]),
  ).toEqual([]);
  expect(
    findingsOf([0, 1, 5, mkdir('a'), directory(10)], [1, 2, 6, mkdir('a'), directory(11)]),
  ).toHaveLength(1);
});

test('order: what was over before a call began has taken effect before it', () => {
  expect(
    findingsOf([0, 1, 2, create('a'), file(10)], [1, 3, 4, lookup('a'), error('ENOENT')]),
  ).toEqual(['lost 0.1']);
});

test('order: a RENAME across two directories makes one object of them', () => {
  const reports = check(
    [0, 1, 2, create('a'), file(10)],
    [1, 3, 6, rename('a', 'b', shared, other), ok],
    [2, 4, 5, lookup('b', other), error('ENOENT')],
    [3, 7, 8, readdir(shared), listing()],
    [0, 1, 2, readdir(own), listing()],
  );
  expect(reports.map(({ name }) => name)).toEqual(['shared-0 + shared-1', 'own-0']);
  expect(reports.flatMap(({ findings }) => findings)).toEqual([]);
});

test('order: a call of unknown outcome may take effect at once, later, or never', () => {
  const lost: Line = [0, 1, 2, remove('a'), unknown];
  const made: Line = [1, 0, 1, create('a'), file(10)];
  expect(findingsOf(made, lost, [1, 3, 4, lookup('a'), error('ENOENT')])).toEqual([]);
  expect(findingsOf(made, lost, [1, 3, 4, lookup('a'), file(10)])).toEqual([]);
  expect(
    findingsOf(
      made,
      lost,
      [1, 3, 4, lookup('a'), file(10)],
      [1, 5, 6, lookup('a'), error('ENOENT')],
    ),
  ).toEqual([]);
  // But not twice.
  expect(
    findingsOf(
      made,
      lost,
      [1, 3, 4, lookup('a'), error('ENOENT')],
      [1, 5, 6, create('a'), file(11)],
      [1, 7, 8, lookup('a'), error('ENOENT')],
    ),
  ).toHaveLength(1);
});

test('order: a CREATE of unknown outcome shows its inode number later', () => {
  const lines: Line[] = [
    [0, 1, 2, create('a'), unknown],
    [1, 3, 4, lookup('a'), file(10)],
    [1, 5, 6, write(10), file(10, 1)],
  ];
  expect(findingsOf(...lines)).toEqual([]);
  expect(findingsOf(...lines, [1, 7, 8, lookup('a'), file(11, 1)])).toHaveLength(1);
});

test.each<readonly [string, Line[], string]>([
  [
    'REMOVE answered ENOENT though it removed the file',
    [
      [0, 1, 2, create('a'), file(10)],
      [0, 3, 4, remove('a'), error('ENOENT')],
      [0, 5, 6, lookup('a'), error('ENOENT')],
    ],
    'spurious 0.2',
  ],
  [
    'MKDIR answered EEXIST though it made the directory',
    [
      [0, 1, 2, mkdir('a'), error('EEXIST')],
      [0, 3, 4, lookup('a'), directory(10)],
    ],
    'spurious 0.1',
  ],
  [
    'RENAME answered ENOENT though it renamed',
    [
      [0, 1, 2, create('a'), file(10)],
      [0, 3, 4, rename('a', 'b'), error('ENOENT')],
      [0, 5, 6, readdir(), listing(['b', 10])],
    ],
    'spurious 0.2',
  ],
  [
    'LINK answered EEXIST though it linked',
    [
      [0, 1, 2, create('a'), file(10)],
      [0, 3, 4, { kind: 'link', file: 10, ...at('b') }, error('EEXIST')],
      [0, 5, 6, lookup('a'), file(10, 0, 2)],
    ],
    'spurious 0.2',
  ],
  [
    'SYMLINK answered EEXIST though it made the link',
    [
      [0, 1, 2, { kind: 'symlink', ...at('a'), target: 't' }, error('EEXIST')],
      [0, 3, 4, lookup('a'), symlink(10)],
    ],
    'spurious 0.1',
  ],
  [
    'RMDIR answered ENOENT though it removed the directory',
    [
      [0, 1, 2, mkdir('a'), directory(10)],
      [0, 3, 4, rmdir('a'), error('ENOENT')],
      [0, 5, 6, readdir(), listing()],
    ],
    'spurious 0.2',
  ],
  [
    'an error out of nowhere',
    [
      [0, 1, 2, create('a'), file(10)],
      [0, 3, 4, write(10), error('EIO')],
    ],
    'spurious 0.2',
  ],
  [
    'a file that vanished',
    [
      [0, 1, 2, create('a'), file(10)],
      [0, 3, 4, write(10), error('ESTALE')],
      [0, 5, 6, readdir(), listing()],
    ],
    'lost 0.1',
  ],
  [
    'a removal that was undone',
    [
      [0, 1, 2, create('a'), file(10)],
      [0, 3, 4, remove('a'), ok],
      [0, 5, 6, readdir(), listing(['a', 10])],
    ],
    'lost 0.2',
  ],
  [
    'a WRITE whose data are not there',
    [
      [0, 1, 2, create('a'), file(10)],
      [0, 3, 4, write(10), file(10, 1)],
      [0, 5, 6, write(10), file(10, 1)],
      [0, 7, 8, read(10), content(10, ['0.2'])],
    ],
    'lost 0.3',
  ],
  [
    'a WRITE that came a second time and undid a later one',
    [
      [0, 1, 2, create('a'), file(10)],
      [0, 3, 4, write(10), file(10, 1)],
      [0, 5, 6, write(10), file(10, 1)],
      [0, 7, 8, read(10), content(10, ['0.3'])],
      [0, 9, 10, read(10), content(10, ['0.2'])],
    ],
    'doubled 0.2',
  ],
  [
    'a REMOVE that came a second time and removed a new file',
    [
      [0, 1, 2, create('a'), file(10)],
      [0, 3, 4, remove('a'), ok],
      [0, 5, 6, create('a'), file(11)],
      [0, 7, 8, lookup('a'), file(11)],
      [0, 9, 10, lookup('a'), error('ENOENT')],
    ],
    'doubled 0.2',
  ],
  ['a name that nobody made', [[0, 1, 2, readdir(), listing(['ghost', 99])]], 'wrong 0.1'],
  [
    'content that nobody wrote',
    [
      [0, 1, 2, create('a'), file(10)],
      [0, 3, 4, write(10), file(10, 1)],
      [0, 5, 6, read(10), content(10, ['!foreign bytes'])],
    ],
    'wrong 0.3',
  ],
  [
    'a wrong link count',
    [
      [0, 1, 2, create('a'), file(10)],
      [0, 3, 4, lookup('a'), file(10, 0, 2)],
    ],
    'wrong 0.2',
  ],
])('order: %s is found, and called what it is', (_, lines, finding) => {
  expect(findingsOf(...lines)).toEqual([finding]);
});

test('order: one inode number for two files is found', () => {
  const lines: Line[] = [
    [0, 1, 2, create('a'), file(10)],
    [0, 3, 4, create('b'), file(10)],
    [0, 5, 6, readdir(), listing(['a', 10], ['b', 10])],
  ];
  expect(findingsOf(...lines)).not.toEqual([]);
});

test('order: a removal that hit the file of another worker is a call executed twice', () => {
  // Worker 0 removes; the primary dies; worker 1 makes the name anew; the call of worker 0 comes again.
  expect(
    findingsOf(
      [1, 1, 2, create('a'), file(10)],
      [0, 3, 20, remove('a'), ok],
      [1, 5, 6, lookup('a'), error('ENOENT')],
      [1, 7, 8, create('a'), file(11)],
      [1, 9, 10, lookup('a'), file(11)],
      [1, 21, 22, lookup('a'), error('ENOENT')],
    ),
  ).toEqual(['doubled 0.1']);
});

test('order: after a finding the check goes on and finds the next', () => {
  const lines = [1, 2, 3].flatMap((round): Line[] => [
    [0, 10 * round, 10 * round + 1, mkdir('a'), directory(100 + round)],
    [0, 10 * round + 2, 10 * round + 3, rmdir('a'), error('ENOENT')],
    [0, 10 * round + 4, 10 * round + 5, lookup('a'), error('ENOENT')],
  ]);
  expect(findingsOf(...lines)).toEqual(['spurious 0.2', 'spurious 0.5', 'spurious 0.8']);
});

test('order: a finding says what was answered, what was expected and what happened meanwhile', () => {
  const [object] = objectsOf(
    historyOf([0, 1, 2, create('a'), file(10)], [0, 3, 9, remove('a'), error('ENOENT')]),
  );
  const kill = { event: 'kill', atMicroseconds: 5, node: 'a', moment: 'after-commit' };
  const report = object && checkObject(object, [kill, { ...kill, atMicroseconds: 20 }]);
  expect(report?.findings).toEqual([
    {
      category: 'spurious',
      object: 'shared-0',
      operation: '0.2',
      atMicroseconds: 9,
      message:
        'operation 0.2 remove(1 "a") was answered ENOENT; no order of the calls gives that (expected: ok). ' +
        'It fits if the call was executed twice and the second answer was given. During that call: kill of a (after-commit).',
    },
  ]);
});

test('order: a search that reaches its limit is undecided, not right', () => {
  const lines: Line[] = Array.from({ length: 8 }, (_, client) => [
    client,
    client,
    100 + client,
    create('a'),
    file(10),
  ]);
  const [object] = objectsOf(historyOf(...lines));
  const report = object && checkObject(object, [], { ...defaultObjectLimits, stepsMax: 3 });
  expect(report?.undecided).toMatch(
    /no order found and none excluded up to operation \d\.1 within 3 steps/,
  );
});

test('order: after many findings the rest is said to be unexamined', () => {
  const lines = Array.from(
    { length: 5 },
    (_, round): Line => [0, 2 * round, 2 * round + 1, lookup('a'), error('EIO')],
  );
  const [object] = objectsOf(historyOf(...lines));
  const report = object && checkObject(object, [], { ...defaultObjectLimits, findingsMax: 2 });
  expect(report?.findings).toHaveLength(2);
  expect(report?.undecided).toBe(
    'after 2 findings the rest, from operation 0.3 on, was not examined',
  );
});
