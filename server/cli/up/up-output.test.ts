import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { ClusterFile } from './cluster-file.ts';
import { nextCommands } from './next-commands.ts';
import { jsonOutput, terminalOutput } from './up-output.ts';

const noon = (): Date => new Date(2026, 10, 21, 12, 3, 4);
const cluster: ClusterFile = {
  pid: 1,
  pams: ['http://127.0.0.1:7460'],
  secretFile: '/srv/cluster.secret',
  aliases: ['home'],
  ports: { home: 2049 },
  servers: [
    { node: 'a', pid: 12, adminUrl: 'u', pairAddress: 'p', roles: { home: 'primary' } },
    { node: 'b', pid: 13, adminUrl: 'u', pairAddress: 'p', roles: { home: 'backup' } },
  ],
};
const died = {
  kind: 'died',
  text: 'a (pid 12) was killed',
  fields: { node: 'a', pid: 12 },
} as const;

/** Without colours, whatever the environment asks for. */
function terminal(verbose = false): {
  output: ReturnType<typeof terminalOutput>;
  text: () => string;
} {
  let written = '';
  const output = terminalOutput((text) => (written += text), noon, verbose);
  return { output, text: () => stripVTControlCharacters(written) };
}

test('the terminal says what runs where, and what to type next', () => {
  const { output, text } = terminal();
  output.ready(cluster, 11, ['fuga ls home:/']);
  expect(text()).toBe(`
Volume home: up. What runs:
  PAM        http://127.0.0.1:7460  pid 11  knows where each volume is served now
  server a   primary of home        pid 12  serves
  server b   backup of home         pid 13  takes over when the primary dies
  port 2049  NFS clients of home            goes to whoever serves, and never refuses

In another terminal, try:
  fuga ls home:/

Ctrl-C ends it. What happens meanwhile:
`);
});

test('the terminal stamps what happens, and of the logs shows only what warns', () => {
  const { output, text } = terminal();
  output.story(died);
  output.childLine('a', '{"level":30,"msg":"all is well"}', 'log');
  output.childLine('a', '{"level":40,"kind":"accused","msg":"told otherwise"}', 'log');
  output.childLine('b', '{"level":50,"msg":"it failed","err":{"message":"why"}}', 'log');
  output.childLine('b', 'no JSON', 'log');
  output.childLine('b', '{"level":30,"msg":"words of the end"}', 'error');
  expect(text()).toBe(`12:03:04 a (pid 12) was killed
12:03:04 b: it failed (why)
12:03:04 b: no JSON
12:03:04 b: {"level":30,"msg":"words of the end"}
`);
});

test('with --verbose it shows everything', () => {
  const { output, text } = terminal(true);
  output.childLine('a', '{"level":30,"msg":"all is well"}', 'log');
  expect(text()).toBe('12:03:04 a: all is well\n');
});

test('with --json each line is an object', () => {
  const lines: string[] = [];
  const output = jsonOutput((text) => lines.push(text), noon);
  output.ready(cluster, 11, []);
  output.story(died);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { time: noon().toISOString(), kind: 'ready', pamPid: 11, ...cluster },
    { time: noon().toISOString(), kind: 'died', text: died.text, node: 'a', pid: 12 },
  ]);
});

test('the next commands can be typed as they stand', () => {
  const commands = nextCommands(cluster, './fuga-data', `${process.cwd()}/bin/fuga`);
  expect(commands[0]).toBe('./bin/fuga put README.md home:/');
  expect(commands[2]).toContain('kill -9 12 ');
});
