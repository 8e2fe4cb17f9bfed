import { describe, expect, test } from 'vitest';
import { displayWidth, inColumns, table } from './columns.ts';
import { modeText, octalMode, typeName } from './mode.ts';
import { parseModeChange } from './mode-change.ts';
import { safeName } from './safe-name.ts';
import { humanSize, parseSize } from './size.ts';
import { exactTime, listTime, parseTime } from './time.ts';

describe('sizes', () => {
  test.each([
    [0, '0'],
    [1023, '1023'],
    [1024, '1.0K'],
    [1025, '1.1K'],
    [10_239, '10K'],
    [1024 * 1024 - 1, '1.0M'],
    [2.5 * 1024 ** 3, '2.5G'],
    [5 * 1024 ** 5, '5.0P'],
  ])('%i bytes are %s', (bytes, text) => {
    expect(humanSize(bytes)).toBe(text);
  });

  test.each([
    ['10', 10],
    ['4K', 4096],
    ['1.5M', 1_572_864],
    ['2MB', 2_000_000],
    ['1KiB', 1024],
    ['7B', 7],
    ['x', undefined],
    ['-1', undefined],
    ['', undefined],
    ['9999999P', undefined],
  ])('"%s" is %s bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });
});

describe('modes', () => {
  const file = (kind: string, mode: number) => ({
    mode,
    isDirectory: () => kind === 'd',
    isSymbolicLink: () => kind === 'l',
    isBlockDevice: () => kind === 'b',
    isCharacterDevice: () => kind === 'c',
    isFIFO: () => kind === 'p',
    isSocket: () => kind === 's',
  });

  test.each([
    ['-', 0o644, '-rw-r--r--', 'regular file'],
    ['d', 0o1777, 'drwxrwxrwt', 'directory'],
    ['d', 0o1776, 'drwxrwxrwT', 'directory'],
    ['-', 0o4755, '-rwsr-xr-x', 'regular file'],
    ['-', 0o6644, '-rwSr-Sr--', 'regular file'],
    ['l', 0o777, 'lrwxrwxrwx', 'symbolic link'],
    ['p', 0o600, 'prw-------', 'fifo'],
    ['s', 0o600, 'srw-------', 'socket'],
    ['b', 0o600, 'brw-------', 'block special file'],
    ['c', 0o600, 'crw-------', 'character special file'],
  ])('%s %o', (kind, mode, text, name) => {
    expect(modeText(file(kind, mode))).toBe(text);
    expect(typeName(file(kind, mode))).toBe(name);
  });

  test('octal', () => {
    expect([octalMode(0o100644), octalMode(0o4755), octalMode(0)]).toEqual([
      '0644',
      '4755',
      '0000',
    ]);
  });

  const change = (text: string, mode: number, isDirectory = false) =>
    parseModeChange(text, 0o022)?.(mode, isDirectory).toString(8);

  // What chmod(1) of GNU makes of them.
  test.each([
    ['755', 0o644, '755'],
    ['0', 0o644, '0'],
    ['4755', 0o644, '4755'],
    ['u+x', 0o644, '744'],
    ['+x', 0o644, '755'],
    ['+w', 0o444, '644'],
    ['a+w', 0o444, '666'],
    ['go-rwx', 0o755, '700'],
    ['u=rw,go=r', 0o777, '644'],
    ['=', 0o777, '22'],
    ['a=', 0o777, '0'],
    ['g=u', 0o750, '770'],
    ['o=g', 0o750, '755'],
    ['g+s', 0o755, '2755'],
    ['u+s', 0o755, '4755'],
    ['+t', 0o755, '1755'],
    ['u-s', 0o4755, '755'],
    ['a+X', 0o644, '644'],
    ['a+X', 0o744, '755'],
    ['u+r-w+x', 0o600, '500'],
    ['ug+rw', 0o000, '660'],
  ])('%s of %o is %s', (text, mode, result) => {
    expect(change(text, mode)).toBe(result);
  });

  test('directories: X applies, and set-group-id stays where it is not named', () => {
    expect(change('a+X', 0o644, true)).toBe('755');
    expect(change('755', 0o2700, true)).toBe('2755');
    expect(change('00755', 0o2700, true)).toBe('755');
    expect(change('u=rwx', 0o2755, true)).toBe('2755');
  });

  test.each(['', '8', 'x', 'u', 'u+q', 'u+rg', 'z+r', '777777', 'u+x,'])('"%s" is none', (text) => {
    expect(parseModeChange(text, 0o022)).toBeUndefined();
  });
});

describe('times', () => {
  const now = new Date(2026, 5, 15, 12, 0, 0).getTime();

  test('in lists: the time for what is recent, else the year', () => {
    expect(listTime(new Date(2026, 5, 1, 9, 5).getTime(), now)).toBe('Jun  1 09:05');
    expect(listTime(new Date(2025, 10, 21, 9, 5).getTime(), now)).toBe('Nov 21  2025');
    expect(listTime(now + 60_000, now)).toBe('Jun 15  2026');
  });

  test('exactly', () => {
    expect(exactTime(new Date(2026, 0, 2, 3, 4, 5, 678).getTime() + 0.25)).toMatch(
      /^2026-01-02 03:04:05\.678250000 [-+]\d{4}$/,
    );
  });

  test('what touch -d understands', () => {
    expect(parseTime('now', now)).toBe(now);
    expect(parseTime('yesterday', now)).toBe(now - 86_400_000);
    expect(parseTime('@1.5', now)).toBe(1500);
    expect(parseTime('2026-01-02', now)).toBe(new Date(2026, 0, 2).getTime());
    expect(parseTime('2026-01-02 03:04:05', now)).toBe(new Date(2026, 0, 2, 3, 4, 5).getTime());
    expect(parseTime('2026-01-02T03:04:05Z', now)).toBe(Date.UTC(2026, 0, 2, 3, 4, 5));
    expect(parseTime('soon', now)).toBeUndefined();
  });
});

describe('columns', () => {
  test('width: colours and marks take none, wide characters two', () => {
    expect(displayWidth('abc')).toBe(3);
    expect(displayWidth('\u001b[1mabc\u001b[22m')).toBe(3);
    expect(displayWidth('e\u0301')).toBe(1);
    expect(displayWidth('日本')).toBe(4);
  });

  test('down the columns, as many as fit', () => {
    const names = ['a', 'bb', 'ccc', 'dddd', 'e'];
    expect(inColumns(names, 80)).toEqual(['a  bb  ccc  dddd  e']);
    expect(inColumns(names, 12)).toEqual(['a   ccc   e', 'bb  dddd']);
    expect(inColumns(names, 3)).toEqual(names);
    expect(inColumns([], 80)).toEqual([]);
    expect(inColumns(['one'], 1)).toEqual(['one']);
  });

  test('tables: numbers to the right, nothing behind the last column', () => {
    expect(
      table(
        [
          ['a', '1', 'x'],
          ['bb', '100', 'yy'],
        ],
        [1],
      ),
    ).toEqual(['a    1 x', 'bb 100 yy']);
  });

  test('control characters cannot reach the terminal', () => {
    expect(safeName('a\u001b[2J\n\u007f\u009bb')).toBe('a?[2J???b');
  });
});
