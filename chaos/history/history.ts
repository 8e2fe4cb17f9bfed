import type { Call, Ino, Outcome } from './call.ts';

export const formatName = 'fuga-chaos-history';
export const formatVersion = 1;

/** A directory that the workers start with: empty, never renamed or removed. */
export interface Root {
  readonly ino: Ino;
  /** For messages: `shared-0`, `own-3`. */
  readonly path: string;
}

export interface Header {
  /** Eight hexadecimal digits in every block that this run writes; bytes of another run are foreign. */
  readonly run: string;
  readonly seed: number;
  /** False for the control, whose servers register no replies. */
  readonly registration: boolean;
  readonly roots: readonly Root[];
  /** The client that reads everything when the workers have ended. */
  readonly auditor: number;
}

/** One call of one client. Times are integer microseconds from the start of the run. */
export interface Operation {
  readonly client: number;
  /** Counts the client's calls. */
  readonly number: number;
  readonly call: Call;
  readonly invokedMicroseconds: number;
  /** Undefined exactly when the outcome is unknown. */
  readonly respondedMicroseconds: number | undefined;
  readonly outcome: Outcome;
}

/** Something that was done to the servers. */
export interface Disturbance {
  /** `kill`, `failpoint` ... */
  readonly event: string;
  readonly atMicroseconds: number;
  /** The server that it happened to. */
  readonly node: string;
  /** `random`, `before-commit` ... */
  readonly moment: string;
}

export interface History {
  readonly header: Header;
  readonly operations: readonly Operation[];
  readonly disturbances: readonly Disturbance[];
}

/** `3.127`: unique in a history, and the stamp of what the call writes. */
export function operationId(operation: {
  readonly client: number;
  readonly number: number;
}): string {
  return `${operation.client}.${operation.number}`;
}
