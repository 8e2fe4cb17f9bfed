import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { BenchResult } from '../../bench/report/result.ts';

const program = join(import.meta.dirname, '../../dist/bench/main.js');
const folder = mkdtempSync(join(tmpdir(), 'fuga-bench-test-'));
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function bench(...words: string[]): string {
  return execFileSync(process.execPath, [program, ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Every element is closed in the order in which it was opened; texts hold no markup of their own. */
function expectWellFormed(xml: string): void {
  const open: string[] = [];
  const rest = xml.replace(
    /<(\/?)([a-z]+)((?: [a-z:A-Z-]+="[^"<&]*(?:&[a-z]+;[^"<&]*)*")*)\s*(\/?)>/g,
    (...found) => {
      const [, isEnd, name = '', , isEmpty] = found as string[];
      if (isEnd === '/') expect(open.pop()).toBe(name);
      else if (isEmpty !== '/') open.push(name);
      return '';
    },
  );
  expect(open).toEqual([]);
  expect(rest.replaceAll(/&(lt|gt|amp|quot);/g, '')).not.toMatch(/[<>&]/);
}

test('npm run bench: CREATE of a pair and of the disk, as table, JSON and chart', () => {
  const out = join(folder, 'out');
  const rows = ['--rows', 'create', '--peers', 'none', '--repeats', '1', '--duration-ms', '20'];
  const printed = bench(...rows, '--folder', folder, '--out', out);
  const read = (name: string): string => readFileSync(join(out, name), 'utf8');
  const { cells, failures, repeats } = JSON.parse(read('bench.json')) as BenchResult;
  expect(failures).toEqual([]);
  expect(repeats).toBe(1);
  const measured = cells.map(({ row, point, target }) => `${row.name} ${point} ${target}`);
  expect(measured.sort()).toEqual(
    [1, 64, 8].flatMap((point) => [`create ${point} fuga`, `create ${point} limit`]),
  );
  for (const { median, values } of cells) {
    expect(values).toEqual([median]);
    expect(median).toBeGreaterThan(0);
  }
  expect(read('bench.md').match(/^\| CREATE, \/s \|/gm)).toHaveLength(3);
  expect(printed).toContain(read('bench.md'));
  const chart = read('bench.svg');
  expectWellFormed(chart);
  expect(chart.match(/<rect [^>]*fill="#[0-9a-f]{6}"/g)).toHaveLength(3);
});

test.each([
  [['--rows', 'nothing'], '--rows: nothing is none of null, getattr'],
  [['--peers', 'nothing'], '--peers: nothing is none of ganesha'],
  [['--repeats', '0'], '--repeats: 0 is no count'],
])('npm run bench -- %s says what is wrong', (words, message) => {
  expect(() => bench(...words)).toThrow(`bench: ${message}`);
});
