import { afterEach, expect, test, vi } from 'vitest';
import type { CommandLine } from './command-line.ts';
import { parseCommandLine } from './command-line.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** What is parsed, and what is said on standard error. */
function parse(...words: readonly string[]): { line: CommandLine; said: string } {
  for (const name of ['FUGA_PAM', 'FUGA_ALIAS', 'FUGA_SECRET_FILE']) vi.stubEnv(name, undefined);
  let said = '';
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  return { line: parseCommandLine(words, 'chaos'), said };
}

test('command line: the defaults', () => {
  expect(parse().line).toEqual({
    kind: 'run',
    options: {
      kills: 20,
      seed: 1,
      workers: 8,
      registration: true,
      gateway: false,
      json: false,
      historyFile: undefined,
      keep: false,
      dataFolder: undefined,
      checkFile: undefined,
      attach: undefined,
    },
  });
});

test('command line: everything else', () => {
  const words =
    '--kills 50 --seed 7 --workers 3 --no-registration --gateway --json --history h --data d';
  expect(parse(...words.split(' ')).line).toMatchObject({
    options: {
      kills: 50,
      seed: 7,
      workers: 3,
      registration: false,
      gateway: true,
      json: true,
      historyFile: 'h',
      keep: true,
      dataFolder: 'd',
    },
  });
});

test('command line: a cluster that runs already', () => {
  const words = '--admin http://a:1,http://b:1 --pam http://p:1 --secret-file s --alias work';
  expect(parse(...words.split(' ')).line).toMatchObject({
    options: {
      attach: {
        pams: ['http://p:1'],
        alias: 'work',
        secretFile: 's',
        adminUrls: ['http://a:1', 'http://b:1'],
      },
    },
  });
});

test.each([
  ['--kills', 'x'],
  ['--kills', '-1'],
  ['--workers', '0'],
  ['--workers', '65'],
  ['--seed', '4294967296'],
  ['--nonsense'],
  ['extra'],
  ['--admin', 'http://a:1'],
  ['--admin', 'http://a:1', '--pam', 'http://p:1'],
  ['--admin', ','],
  ['--admin', 'http://a:1', '--pam', 'p', '--secret-file', 's', '--no-registration'],
  ['--admin', 'http://a:1', '--pam', 'p', '--secret-file', 's', '--gateway'],
])('command line: %s %s is refused with a reason and exit code 2', (...words) => {
  const { line, said } = parse(...words);
  expect(line).toEqual({ kind: 'exit', code: 2 });
  expect(said).toMatch(/^error: /);
});

test('command line: help is no failure', () => {
  expect(parse('--help').line).toEqual({ kind: 'exit', code: 0 });
});
