import { expect, test } from 'vitest';
import type { Attributes } from '../../history/call.ts';
import type { Line } from '../../testing/hand-made.ts';
import {
  auditor,
  content,
  directory,
  error,
  file,
  historyOf,
  listing,
  ok,
  own,
  shared,
  symlink,
  unknown,
} from '../../testing/hand-made.ts';
import { auditContent } from './audit-content.ts';
import { auditNames } from './audit-names.ts';
import { auditStructure } from './audit-structure.ts';
import { finalTreeOf } from './final-tree.ts';

const create: Line = [0, 1, 2, { kind: 'create', directory: own, name: 'a' }, file(10)];
const write: Line = [0, 3, 4, { kind: 'write', file: 10, block: 0, blocks: 1 }, file(10, 1)];
const list: Line = [auditor, 101, 102, { kind: 'readdir', directory: own }, listing(['a', 10])];
const empty: Line = [auditor, 101, 102, { kind: 'readdir', directory: own }, listing()];
const look = (attributes: Line[4]): Line => [
  auditor,
  103,
  104,
  { kind: 'lookup', directory: own, name: 'a' },
  attributes,
];
const read = (...stamps: readonly string[]): Line => [
  auditor,
  105,
  106,
  { kind: 'read', file: 10, block: 0, blocks: 8 },
  content(10, stamps),
];

/** `category: message` of everything that the audit finds. */
function audit(...lines: readonly Line[]): string[] {
  const history = historyOf(...lines);
  const tree = finalTreeOf(history);
  if (tree === undefined) return ['no audit'];
  return [
    ...auditStructure(tree),
    ...auditNames(history, tree),
    ...auditContent(history, tree),
  ].map(({ category, message }) => `${category}: ${message}`);
}

test('audit: what was written is there', () => {
  expect(audit(create, write, list, look(file(10, 1)), read('0.2'))).toEqual([]);
});

test('audit: a history without an audit has none', () => {
  expect(audit(create, write)).toEqual(['no audit']);
});

test('audit: a file that was made and never removed must be there', () => {
  expect(audit(create, empty)).toEqual([
    'lost: At the end, own-0/a is not there, though operation 0.1 made it and nobody removed it since.',
  ]);
  const remove: Line = [1, 0, 3, { kind: 'remove', directory: own, name: 'a' }, ok];
  expect(audit(create, remove, empty)).toEqual([]);
  expect(audit([...remove.slice(0, 4), unknown] as unknown as Line, create, empty)).toEqual([]);
});

test('audit: a file that was removed and not made again must not be there', () => {
  const remove: Line = [0, 5, 6, { kind: 'remove', directory: own, name: 'a' }, ok];
  expect(audit(create, remove, list, look(file(10)))).toEqual([
    'lost: At the end, own-0/a is there, though operation 0.2 removed it and nobody made it again.',
  ]);
  const again: Line = [1, 5, 7, { kind: 'create', directory: own, name: 'a' }, unknown];
  expect(audit(create, remove, again, list, look(file(11)))).toEqual([
    'wrong: At the end, own-0/a is listed as inode 10, but is 11.',
  ]);
});

test('audit: a name that nobody made is wrong', () => {
  expect(audit(list, look(file(10)))).toEqual([
    'wrong: At the end, own-0/a is there, but nobody made it.',
  ]);
});

test('audit: an acknowledged WRITE must be there', () => {
  expect(audit(create, write, list, look(file(10, 0)), read())).toEqual([
    'lost: At the end, own-0/a block 0: operation 0.2 wrote it and nobody cut the file since, but it is empty.',
  ]);
  const cut: Line = [1, 3, 5, { kind: 'truncate', file: 10, blocks: 0 }, file(10, 0)];
  expect(audit(create, write, cut, list, look(file(10, 0)), read())).toEqual([]);
});

test('audit: the content is that of the last WRITE', () => {
  const later: Line = [0, 5, 6, { kind: 'write', file: 10, block: 0, blocks: 1 }, file(10, 1)];
  expect(audit(create, write, later, list, look(file(10, 1)), read('0.3'))).toEqual([]);
  expect(audit(create, write, later, list, look(file(10, 1)), read('0.2'))).toEqual([
    'lost: At the end, own-0/a block 0: operation 0.3 came after 0.2, but it still has the content of 0.2.',
  ]);
  const meanwhile: Line = [1, 3, 6, { kind: 'write', file: 10, block: 0, blocks: 1 }, file(10, 1)];
  expect(audit(create, write, meanwhile, list, look(file(10, 1)), read('0.2'))).toEqual([]);
});

test('audit: bytes that nobody wrote there are wrong', () => {
  const tail = [list, look(file(10, 1))] as const;
  expect(audit(create, write, ...tail, read('!foreign bytes'))).toEqual([
    'wrong: At the end, own-0/a block 0: foreign bytes.',
  ]);
  expect(audit(create, write, ...tail, read('5.7'))).toEqual([
    'wrong: At the end, own-0/a block 0: it bears the stamp of 5.7, which did not write it.',
  ]);
});

test('audit: a size that is not that of the content is wrong', () => {
  expect(audit(create, write, list, look(file(10, 3)), read('0.2'))).toEqual([
    'wrong: At the end, own-0/a has 3072 bytes, but 1024 can be read.',
  ]);
});

test('audit: names are listed once', () => {
  const twice: Line = [
    auditor,
    101,
    102,
    { kind: 'readdir', directory: own },
    listing(['a', 10], ['a', 10]),
  ];
  expect(audit(create, twice, look(file(10, 0, 2)), read())).toEqual([
    'wrong: At the end, own-0/a is listed twice.',
  ]);
});

test('audit: link counts are those of the names', () => {
  expect(audit(create, list, look(file(10, 0, 2)), read())).toEqual([
    'wrong: At the end, own-0/a has a link count of 2, but 1 names.',
  ]);
});

test('audit: the link count of a directory is that of its subdirectories and two', () => {
  const sub = (links: number): Line[4] => {
    const attributes: Attributes = { ino: 10, type: 'directory', links, sizeBytes: 0 };
    return { status: 'ok', result: { attributes } };
  };
  const lines: Line[] = [
    [0, 1, 2, { kind: 'mkdir', directory: own, name: 'a' }, directory(10)],
    [0, 3, 4, { kind: 'mkdir', directory: 10, name: 'b' }, directory(11)],
    [0, 5, 6, { kind: 'symlink', directory: 10, name: 'c', target: 't' }, ok],
    list,
    [auditor, 105, 106, { kind: 'readdir', directory: 10 }, listing(['b', 11], ['c', 12])],
    [auditor, 107, 108, { kind: 'lookup', directory: 10, name: 'b' }, directory(11)],
    [auditor, 109, 110, { kind: 'lookup', directory: 10, name: 'c' }, symlink(12)],
  ];
  expect(audit(...lines, look(sub(3)))).toEqual([]);
  expect(audit(...lines, look(sub(4)))).toEqual([
    'wrong: At the end, own-0/a has a link count of 4, but should have 3.',
  ]);
});

test('audit: what is listed can be looked up and read', () => {
  expect(audit(create, list, look(error('EIO')))).toEqual([
    'wrong: At the end, own-0/a is listed, but cannot be looked up.',
    'wrong: At the end, lookup(3 "a") gives EIO.',
  ]);
});

test('audit: a directory that could not be read is wrong, and its names are not called lost', () => {
  const failed: Line = [auditor, 101, 102, { kind: 'readdir', directory: own }, error('EIO')];
  expect(audit(create, failed)).toEqual(['wrong: At the end, readdir(3) gives EIO.']);
});

test('audit: RENAME takes the name along, unless both are one file', () => {
  const rename: Line = [
    0,
    5,
    6,
    { kind: 'rename', directory: own, name: 'a', toDirectory: shared, toName: 'b' },
    ok,
  ];
  const inShared: Line = [
    auditor,
    107,
    108,
    { kind: 'readdir', directory: shared },
    listing(['b', 10]),
  ];
  const lookShared: Line = [
    auditor,
    109,
    110,
    { kind: 'lookup', directory: shared, name: 'b' },
    file(10),
  ];
  expect(audit(create, rename, empty, inShared, lookShared)).toEqual([]);
  expect(
    audit(create, rename, empty, [...inShared.slice(0, 4), listing()] as unknown as Line),
  ).toEqual([
    'lost: At the end, shared-0/b is not there, though operation 0.2 made it and nobody removed it since.',
  ]);
});
