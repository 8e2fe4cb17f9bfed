import { describe, expect, test } from 'vitest';
import { baseName, joinPath, parentPath, pathOf } from './byte-path.ts';
import { parseEither, parseRemote } from './operand.ts';
import { ownerNames } from './owner-names.ts';
import { rewriteWords } from './rewrite-words.ts';

describe('operands', () => {
  test.each([
    ['home:/a/b', 'home', '/a/b'],
    ['home:a', 'home', '/a'],
    ['home:', 'home', '/'],
    ['my-files.v2:/x:y', 'my-files.v2', '/x:y'],
    ['/a:b', undefined, '/a:b'],
    ['a/b', undefined, '/a/b'],
    ['./a:b', undefined, '/./a:b'],
  ])('%s as a remote one', (text, alias, path) => {
    expect(parseRemote(text)).toEqual({ kind: 'remote', alias, path });
  });

  test('what has a colon and no name of an alias before it is refused', () => {
    expect(() => parseRemote('Home:/x')).toThrow("'Home' is no name of an alias");
    expect(() => parseRemote(':/x')).toThrow('no name of an alias');
  });

  test('as for scp: a colon before the first slash is remote', () => {
    expect(parseEither('home:/x')).toMatchObject({ kind: 'remote', alias: 'home' });
    expect(parseEither('./home:/x')).toEqual({ kind: 'local', path: './home:/x' });
    expect(parseEither('/x')).toEqual({ kind: 'local', path: '/x' });
  });

  test('words that parsers of options take for something else', () => {
    expect(rewriteWords(['find', '/', '-name', '*', '-type', 'f'])).toEqual([
      'find',
      '/',
      '--name',
      '*',
      '--type',
      'f',
    ]);
    expect(rewriteWords(['chmod', '-R', '-w', '/x'])).toEqual([
      'chmod',
      '-R',
      '--mode',
      '-w',
      '/x',
    ]);
    expect(rewriteWords(['chmod', '-R', '755', '--', '-w'])).toEqual([
      'chmod',
      '-R',
      '755',
      '--',
      '-w',
    ]);
    expect(rewriteWords(['rm', '-name'])).toEqual(['rm', '-name']);
  });
});

describe('paths as bytes', () => {
  const text = (path: Buffer) => path.toString();

  test('the last name, and the path to it', () => {
    const paths = ['/a/b', '/a/b//', 'a', '/', 'a/', '/a'].map(pathOf);
    expect(paths.map((path) => text(baseName(path)))).toEqual(['b', 'b', 'a', '', 'a', 'a']);
    expect(paths.map((path) => text(parentPath(path)))).toEqual(['/a', '/a', '.', '/', '.', '/']);
  });

  test('joined with one slash', () => {
    expect(text(joinPath(pathOf('/'), pathOf('a')))).toBe('/a');
    expect(text(joinPath(pathOf('a'), pathOf('b')))).toBe('a/b');
    expect(text(joinPath(pathOf(''), pathOf('b')))).toBe('b');
  });
});

test('names of users and groups: read once, when first asked for', () => {
  let reads = 0;
  const names = ownerNames(
    () => {
      reads += 1;
      return 'root:x:0:0:::\n# comment\nbad line\ntoor:x:0:0:::\nme:x:7:7:::\n';
    },
    () => '',
  );
  expect(reads).toBe(0);
  expect([names.userName(0), names.userName(7), names.userName(8)]).toEqual(['root', 'me', '8']);
  expect([names.userId('toor'), names.userId('you'), names.groupName(3)]).toEqual([
    0,
    undefined,
    '3',
  ]);
  expect(reads).toBe(1);
});
