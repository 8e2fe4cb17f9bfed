import type { Samples } from '../load/sample.ts';
import type { LoadSession } from '../load/load-session.ts';

/** One figure. */
export interface Row {
  /** As `--rows` has it. */
  readonly name: string;
  readonly title: string;
  readonly unit: '/s' | 'names/s' | 'files/s' | 'MB/s';
}

/** What is varied: each row is measured at each point. */
export interface Axis {
  readonly title: string;
  readonly points: readonly number[];
}

/** What the machine does without a server. */
export interface LimitPlace {
  /** On the file system of the servers' data. */
  readonly folder: string;
  /** A server that answers at once, whatever it is asked: what loopback and the load generator allow. */
  readonly echo: () => Promise<LoadSession>;
}

/** Rows that are measured together, because one leaves what the next one needs. They run in the load generator's process. */
export interface RowGroup {
  readonly name: string;
  readonly title: string;
  readonly rows: readonly Row[];
  readonly axis: Axis;
  /** The servers that it can be run against; all, where it is absent. */
  readonly targets?: readonly string[];
  /** Left out by `--quick`. */
  readonly isLong?: boolean;
  readonly run: (session: LoadSession, point: number, durationMs: number) => Promise<Samples>;
  /** The physical limit of each row, as `limitTitle` says. */
  readonly limit: (place: LimitPlace, point: number, durationMs: number) => Promise<Samples>;
  readonly limitTitle: string;
}

/** The default axis. */
export const outstandingAxis: Axis = { title: 'outstanding', points: [1, 8, 64] };
