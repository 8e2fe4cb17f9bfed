import { expect, test } from 'vitest';
import { DocumentsProgramV1Client } from './generated/documents.ts';
import { compare } from './writing.ts';

const told = new Map([['ann', [1n, 3n]]]);
const first = { position: 1n, text: 'ann version 1' };
const second = { position: 3n, text: 'ann version 2' };
const other = { position: 2n, text: 'bob version 1' };

/** What is wrong with this log, where the document holds this. */
function wrongWith(
  log: readonly (typeof first)[],
  content = 'version 2',
  orphans: readonly string[] = [],
): Promise<string[]> {
  const call = () => Promise.resolve(content as never);
  return compare(new DocumentsProgramV1Client({ call }), log, told, new Set(orphans));
}

test('audit log: a log with each acknowledged write once, in order, is right', async () => {
  expect(await wrongWith([first, second])).toEqual([]);
});

test.each([
  ['a write that is lost', [first], /version 2" at 3: the log has "undefined"/],
  ['a write that is there twice', [first, { ...first, position: 2n }, second], /3 entries for 2/],
  [
    'two writes in the wrong order',
    [second, first],
    /version 1" at 1: the log has "ann version 2"/,
  ],
  ['an entry that nobody wrote', [first, other, second], /3 entries for 2 writes/],
])('audit log: %s is found', async (_, log, finding) => {
  expect((await wrongWith(log)).join('\n')).toMatch(finding);
});

test('audit log: a document that is older than its last write is found', async () => {
  expect(await wrongWith([first, second], 'version 1')).toEqual([
    'ann has "version 1", and not "version 2"',
  ]);
});

test('audit log: what a dead writer was not told any more may be in the log and in the document, or in neither', async () => {
  const third = { position: 4n, text: 'ann version 3' };
  const all = [first, second, third];
  expect(await wrongWith([first, second], 'version 2', ['ann'])).toEqual([]);
  expect(await wrongWith(all, 'version 3', ['ann'])).toEqual([]);
  expect(await wrongWith(all, 'version 3')).toHaveLength(2);
  expect(await wrongWith(all, 'version 2', ['ann'])).toHaveLength(1);
  expect(await wrongWith([...all, { ...third, position: 5n }], 'version 3', ['ann'])).toEqual([
    '4 entries for 3 writes',
  ]);
});
