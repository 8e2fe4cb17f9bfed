import { afterEach, expect, test, vi } from 'vitest';
import type { CommandLine } from './command-line.ts';
import { parseCommandLine } from './command-line.ts';
import { faultKinds } from './faults/fault.ts';

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
      modes: ['kill'],
      isMixed: false,
      enough: { faults: 20 },
      seed: 1,
      workers: 8,
      registration: true,
      clients: ['pa'],
      json: false,
      htmlFile: undefined,
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
    '--kills 50 --seed 7 --workers 3 --no-registration --gateway --json --history h --data d --html r';
  expect(parse(...words.split(' ')).line).toMatchObject({
    options: {
      enough: { faults: 50 },
      seed: 7,
      workers: 3,
      registration: false,
      clients: ['gateway'],
      json: true,
      htmlFile: 'r',
      historyFile: 'h',
      keep: true,
      dataFolder: 'd',
    },
  });
});

test.each([
  ['--mode pause,kill --minutes 5', { modes: ['kill', 'pause'], enough: { minutes: 5 } }],
  ['--mode mixed', { modes: faultKinds, isMixed: true }],
  ['--mode full-disk,mixed', { modes: faultKinds, isMixed: true }],
  ['--clients stock,pa', { clients: ['pa', 'stock'] }],
  ['--clients mixed', { clients: ['pa', 'stock', 'gateway'] }],
  [
    '--mode mixed --admin http://a:1 --pam http://p:1 --secret-file s',
    { modes: ['kill', 'block', 'switchover'] },
  ],
])('command line: %s', (words, options) => {
  expect(parse(...words.split(' ')).line).toMatchObject({ options });
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
  ['--mode', 'nonsense'],
  ['--mode', ''],
  ['--clients', 'kernel'],
  ['--kills', '5', '--minutes', '5'],
  ['--minutes', '0'],
  ['--gateway', '--clients', 'pa'],
  ['--mode', 'pause', '--no-registration'],
  ['--check', 'h', '--mode', 'pause'],
  ['--check', 'h', '--no-registration'],
  ['--admin', 'http://a:1', '--pam', 'p', '--secret-file', 's', '--mode', 'pause'],
  ['--admin', 'http://a:1', '--pam', 'p', '--secret-file', 's', '--clients', 'stock'],
])('command line: %s %s is refused with a reason and exit code 2', (...words) => {
  const { line, said } = parse(...words);
  expect(line).toEqual({ kind: 'exit', code: 2 });
  expect(said).toMatch(/^error: /);
});

test('command line: help is no failure', () => {
  expect(parse('--help').line).toEqual({ kind: 'exit', code: 0 });
});
