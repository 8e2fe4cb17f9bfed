import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadTarget } from './load/load-session.ts';
import { median } from './measure.ts';
import type { Cell, GroupTitle } from './report/result.ts';

export interface RefereeOptions {
  /** Where peers.sh lies: a load generator in C, which starts NFS-Ganesha by itself. */
  readonly referee: string;
  readonly fuga: LoadTarget;
  readonly folder: string;
  readonly repeats: number;
  readonly durationMs: number;
}

/** A line of its raw.jsonl, as far as it is of use here. */
interface RefereeLine {
  /** Connections, and calls outstanding on each: `8x8`. */
  readonly cfg?: string;
  readonly label?: string;
  readonly workload?: string;
  readonly ops_s?: number;
  readonly mb_s?: number;
}

export const refereeGroup: GroupTitle = {
  name: 'referee',
  title: 'The same by the referee, a load generator in C',
  axis: 'outstanding',
  limitTitle: 'not measured',
};
const configurations = ['1x1', '1x8', '8x8'];

/** Runs it against the pair that runs already. */
export async function runReferee(options: RefereeOptions): Promise<readonly Cell[]> {
  const { referee, fuga, repeats, durationMs } = options;
  const out = await mkdtemp(join(options.folder, 'referee-'));
  const { host, port } = fuga.address;
  const words = [
    ...['--also', `fuga:${host}:${port}:${port}:/${fuga.exported}:${fuga.pid}`],
    ...['--reps', String(repeats), '--secs', String(durationMs / 1_000), '--no-phys'],
    ...['--configs', configurations.join(' '), '--out', out],
  ];
  const child = spawn(join(referee, 'peers.sh'), words, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`peers.sh of ${referee} ended with ${code ?? 'a signal'}`);
  const text = await readFile(join(out, 'raw.jsonl'), 'utf8');
  await rm(out, { recursive: true });
  return cellsOf(text);
}

/** Medians of the repeats that its lines tell. */
export function cellsOf(text: string): readonly Cell[] {
  const found = new Map<
    string,
    { readonly cell: Omit<Cell, 'median'>; readonly values: readonly number[] }
  >();
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const {
      cfg,
      label: target,
      workload,
      ops_s: calls,
      mb_s: megabytes,
    } = JSON.parse(line) as RefereeLine;
    const isBulk = workload?.startsWith('seq') === true;
    const value = isBulk ? megabytes : calls;
    if (cfg === undefined || target === undefined || workload === undefined) continue;
    if (value === undefined) continue;
    const [connections = 1, depth = 1] = cfg.split('x').map(Number);
    const row = {
      name: `referee-${workload}`,
      title: workload,
      unit: isBulk ? 'MB/s' : '/s',
    } as const;
    const key = `${cfg} ${target} ${workload}`;
    const values = [...(found.get(key)?.values ?? []), value];
    const cell = { group: refereeGroup.name, row, point: connections * depth, target, values };
    found.set(key, { cell, values });
  }
  const cells = [...found.values()].map(({ cell, values }) => ({
    ...cell,
    median: median(values),
  }));
  // All points of a row beside each other.
  const rows = [...new Set(cells.map(({ row }) => row.name))];
  return rows.flatMap((name) => cells.filter(({ row }) => row.name === name));
}
