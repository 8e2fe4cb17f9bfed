import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { LoadGenerator } from './load/load-generator.ts';
import { type BenchOptions, parseOptions, usage } from './options.ts';
import { formatChart } from './report/chart.ts';
import { formatMarkdown } from './report/markdown.ts';
import { refereeGroup, runReferee } from './referee.ts';
import type { BenchResult, Cell } from './report/result.ts';
import type { RowGroup } from './rows/row.ts';
import { rowGroups } from './rows/row-groups.ts';
import { runRows } from './run.ts';
import type { Target } from './targets/target.ts';
import { startTargets } from './targets/start-targets.ts';

// `npm run bench`: what one pair on this machine does, beside another server and what the machine allows, in one run. Nothing
// here is asserted: other work on the machine makes every figure smaller.

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') console.log(usage);
  else await bench(options);
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function bench(options: BenchOptions): Promise<void> {
  const groups = chosenGroups(options);
  const folder = await mkdtemp(join(options.folder, 'fuga-bench-'));
  spreadOut(folder);
  const generator = new LoadGenerator(options);
  let targets: readonly Target[] = [];
  let result: BenchResult;
  try {
    targets = await startTargets(options.peers, folder, say);
    const { repeats, durationMs, rows } = options;
    const wants = (row: string): boolean => rows?.includes(row) ?? true;
    const run = { generator, targets, folder, groups, wants, repeats, durationMs };
    const measured = await runRows({ ...run, onProgress: say });
    const refereed = await askReferee(options, folder, targets);
    result = {
      machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${release()}, Node ${process.version}`,
      date: new Date().toISOString().slice(0, 10),
      repeats,
      durationMs,
      targets: targets.map(({ load, title }) => ({ name: load.name, title })),
      groups: [
        ...groups.map(({ name, title, axis, limitTitle }) => ({
          ...{ name, title, axis: axis.title, limitTitle },
        })),
        ...(refereed.length === 0 ? [] : [refereeGroup]),
      ],
      ...measured,
      cells: [...measured.cells, ...refereed],
    };
  } finally {
    await generator.close();
    for (const target of targets.toReversed()) await target.close();
    await rm(folder, { recursive: true, force: true });
  }
  await write(options.out, result);
}

/** Nothing where it is not asked. */
async function askReferee(
  { referee, repeats, durationMs }: BenchOptions,
  folder: string,
  targets: readonly Target[],
): Promise<readonly Cell[]> {
  const fuga = targets.find(({ load }) => load.name === 'fuga')?.load;
  if (referee === undefined || fuga === undefined) return [];
  return runReferee({ referee, fuga, folder, repeats, durationMs });
}

function chosenGroups({ rows: wanted, isQuick, ...settings }: BenchOptions): readonly RowGroup[] {
  const all = rowGroups(settings);
  if (wanted === undefined) return all.filter(({ isLong }) => !isQuick || isLong !== true);
  const names = all.flatMap(({ rows }) => rows.map(({ name }) => name));
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`--rows: ${unknown} is none of ${names.join(', ')}`);
  return all.filter(({ rows }) => rows.some(({ name }) => wanted.includes(name)));
}

/**
 * ext4 puts new directories of a folder with this attribute far from each other. Without it the servers' files share a group of
 * blocks, and each is slowed down by the inodes that the others freed a moment ago. Where it is not known, it is not needed.
 */
function spreadOut(folder: string): void {
  try {
    execFileSync('chattr', ['+T', folder], { stdio: 'ignore' });
  } catch {
    say('chattr +T is not possible here: what servers removed may slow each other down');
  }
}

async function write(out: string, result: BenchResult): Promise<void> {
  const markdown = formatMarkdown(result);
  await mkdir(out, { recursive: true });
  await writeFile(join(out, 'bench.json'), `${JSON.stringify(result, undefined, 2)}\n`);
  await writeFile(join(out, 'bench.md'), markdown);
  await writeFile(join(out, 'bench.svg'), formatChart(result));
  console.log(markdown);
  say(
    `written: ${['bench.md', 'bench.json', 'bench.svg'].map((name) => join(out, name)).join(', ')}`,
  );
}

function say(text: string): void {
  console.error(`bench: ${text}`);
}
