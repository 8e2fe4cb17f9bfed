import type { LoadGenerator } from './load/load-generator.ts';
import type { LoadTask } from './load/load-messages.ts';
import { median } from './measure.ts';
import { type Memory, memoryOf } from './process-usage.ts';
import { type Cell, limitName, type MemoryRow } from './report/result.ts';
import type { Sample } from './load/sample.ts';
import type { RowGroup } from './rows/row.ts';
import type { Target } from './targets/target.ts';

export interface RunOptions {
  readonly generator: LoadGenerator;
  readonly targets: readonly Target[];
  /** Where the machine's own limits are measured. */
  readonly folder: string;
  readonly groups: readonly RowGroup[];
  /** Rows of these groups that are not wanted. */
  readonly wants: (row: string) => boolean;
  readonly repeats: number;
  readonly durationMs: number;
  readonly onProgress: (text: string) => void;
}

interface Measured {
  readonly cells: readonly Cell[];
  readonly memory: readonly MemoryRow[];
  readonly failures: readonly string[];
}

/** Long enough that what runs afterwards is compiled, and caches are warm. */
const warmUpMs = 500;

/**
 * Measures all rows against all targets in turn, again and again, so that what disturbs the machine for a while disturbs all of them.
 * What fails is told and left out; the rest goes on.
 */
export async function runRows(options: RunOptions): Promise<Measured> {
  const { targets, groups, repeats, onProgress } = options;
  const notes = new Map<string, Note>();
  const failures = new Set<string>();
  const before = await memories(targets);
  for (let repeat = 0; repeat <= repeats; repeat += 1) {
    for (const group of groups) {
      const { points } = group.axis;
      for (const point of repeat === 0 ? points.slice(-1) : points) {
        for (const measurement of measurementsOf(options, group, repeat)) {
          onProgress(`repeat ${repeat} of ${repeats}: ${group.name} ${point}, ${measurement.name}`);
          try {
            const samples = await measure(options, group, point, measurement, repeat);
            if (repeat > 0) note(notes, group, point, measurement.name, samples);
          } catch (error) {
            const why = error instanceof Error ? error.message : String(error);
            failures.add(`${measurement.name}, ${point}: ${why}`);
          }
        }
      }
    }
  }
  const after = await memories(targets);
  return {
    // All points of a row beside each other.
    cells: groups
      .flatMap(({ rows }) => rows.filter(({ name }) => options.wants(name)))
      .flatMap((row) => [...notes.values()].filter((each) => each.row === row).map(cellOfNote)),
    memory: [...before].flatMap(([target, memory]) => {
      const at = after.get(target);
      return at === undefined ? [] : [{ target, before: memory, after: at }];
    }),
    failures: [...failures],
  };
}

/** One thing to be measured: a server, or what the machine does without one. */
interface Measurement {
  readonly name: string;
  readonly task: LoadTask;
}

/** Each repeat begins with another one. */
function measurementsOf(
  { targets, folder }: RunOptions,
  group: RowGroup,
  repeat: number,
): Measurement[] {
  const servers = targets
    .filter(({ load }) => group.targets?.includes(load.name) ?? true)
    .map(({ load }): Measurement => ({ name: load.name, task: { kind: 'run', target: load } }));
  const all: Measurement[] = [...servers, { name: limitName, task: { kind: 'limit', folder } }];
  const first = repeat % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}

function measure(
  { generator, durationMs }: RunOptions,
  group: RowGroup,
  point: number,
  { task }: Measurement,
  repeat: number,
): Promise<Readonly<Record<string, Sample>>> {
  return generator.perform({
    task,
    group: group.name,
    point,
    durationMs: repeat === 0 ? Math.min(warmUpMs, durationMs) : durationMs,
  });
}

interface Note extends Pick<Cell, 'group' | 'row' | 'point' | 'target'> {
  readonly samples: Sample[];
}

function note(
  notes: Map<string, Note>,
  { name: group, rows }: RowGroup,
  point: number,
  target: string,
  samples: Readonly<Record<string, Sample>>,
): void {
  for (const row of rows) {
    const sample = samples[row.name];
    if (sample === undefined) continue;
    const key = JSON.stringify([group, row.name, point, target]);
    const found = notes.get(key) ?? { group, row, point, target, samples: [] };
    found.samples.push(sample);
    notes.set(key, found);
  }
}

function cellOfNote({ samples, ...where }: Note): Cell {
  const values = samples.map(({ value }) => value);
  const clientShares = samples.flatMap(({ clientShare }) => clientShare ?? []);
  const serverUs = samples.flatMap(({ serverUs: each }) => each ?? []);
  return {
    ...where,
    median: median(values),
    values,
    ...(clientShares.length === 0 ? {} : { clientShare: median(clientShares) }),
    ...(serverUs.length === 0 ? {} : { serverUs: median(serverUs) }),
  };
}

/** None where the system does not tell. */
async function memories(targets: readonly Target[]): Promise<Map<string, Memory>> {
  const found = new Map<string, Memory>();
  for (const { load } of targets) {
    const memory = await memoryOf(load.pid).catch(() => undefined);
    if (memory !== undefined) found.set(load.name, memory);
  }
  return found;
}
