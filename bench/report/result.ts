import type { Memory } from '../process-usage.ts';
import type { Row } from '../rows/row.ts';

/** One row at one point of its axis, against one server or none: medians of the repeats. */
export interface Cell {
  readonly group: string;
  readonly row: Row;
  readonly point: number;
  /** A server's name, or `limit`: what the machine does without one. */
  readonly target: string;
  readonly median: number;
  readonly values: readonly number[];
  /** The part of one processor that the load generator took. */
  readonly clientShare?: number;
  /** Processor time of the server for one call, µs. */
  readonly serverUs?: number;
}

/** What a server's process kept in memory at the beginning and at the end of the run, and at most. */
export interface MemoryRow {
  readonly target: string;
  readonly before: Memory;
  readonly after: Memory;
}

export interface GroupTitle {
  readonly name: string;
  readonly title: string;
  readonly axis: string;
  readonly limitTitle: string;
}

/** All of a run, as bench.json has it. */
export interface BenchResult {
  readonly machine: string;
  readonly date: string;
  readonly repeats: number;
  readonly durationMs: number;
  /** By name, in the order of the columns. */
  readonly targets: readonly { readonly name: string; readonly title: string }[];
  readonly groups: readonly GroupTitle[];
  readonly cells: readonly Cell[];
  readonly memory: readonly MemoryRow[];
  /** What could not be measured, and why. */
  readonly failures: readonly string[];
}

export const limitName = 'limit';
/** Beyond this the load generator is likely to be what was measured. */
export const clientShareMax = 0.85;

/** A cell of that row and point; undefined where it was not measured. */
export function cellOf(
  cells: readonly Cell[],
  like: Pick<Cell, 'group' | 'point'> & { readonly row: Pick<Row, 'name'> },
  target: string,
): Cell | undefined {
  return cells.find(
    (cell) =>
      cell.target === target &&
      cell.group === like.group &&
      cell.row.name === like.row.name &&
      cell.point === like.point,
  );
}
