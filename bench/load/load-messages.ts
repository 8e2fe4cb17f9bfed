import type { Samples } from './sample.ts';
import type { LoadTarget } from './load-session.ts';

/** What the load generator's process is told to do. */
export type LoadTask =
  | { readonly kind: 'run'; readonly target: LoadTarget }
  /** What the machine does without a server. */
  | { readonly kind: 'limit'; readonly folder: string };

export interface LoadRequest {
  readonly id: number;
  readonly task: LoadTask;
  /** The name of a group of rows. */
  readonly group: string;
  readonly point: number;
  readonly durationMs: number;
}

export type LoadResponse =
  | { readonly id: number; readonly samples: Samples }
  | { readonly id: number; readonly error: string };
