import type { LoadTarget } from '../load/load-session.ts';

/** A server that this run started. */
export interface Target {
  readonly title: string;
  readonly load: LoadTarget;
  close(): Promise<void>;
}
