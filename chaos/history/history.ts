import type { Call, Ino, Outcome } from './call.ts';

export const formatName = 'fuga-chaos-history';
export const formatVersion = 2;
/** Version 1 has no takeovers, and only clients of PA. */
export const oldestVersion = 1;

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
  /** How each worker reaches the volume, by its number. */
  readonly clients: readonly ClientKind[];
}

/** Fuga's own client, a stock client of the servers, or one of a gateway. */
export const clientKinds = ['pa', 'stock', 'gateway'] as const;
export type ClientKind = (typeof clientKinds)[number];

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
  /** `kill`, `pause` ... */
  readonly event: string;
  readonly atMicroseconds: number;
  /** The server that it happened to. */
  readonly node: string;
  /** `random`, `before-commit` ... */
  readonly moment: string;
  /** When whatever did not end by itself was ended. */
  readonly healedMicroseconds?: number;
  /** When everything was as before, as far as the next disturbance needs it. */
  readonly untilMicroseconds?: number;
}

/** A takeover, as the server told it that took over. */
export interface Takeover {
  readonly node: string;
  readonly epoch: number;
  /** Why it took over. */
  readonly accusation: string;
  readonly beganMicroseconds: number;
  readonly servedMicroseconds: number;
  /** By the server's own clock, from the accusation until it served. */
  readonly takeoverMs: number;
  readonly partsMs: Readonly<Record<string, number>>;
}

export interface History {
  readonly header: Header;
  readonly operations: readonly Operation[];
  readonly disturbances: readonly Disturbance[];
  readonly takeovers: readonly Takeover[];
  /** What ended though nobody ended it, a sentence each. */
  readonly crashes: readonly string[];
}

/** `3.127`: unique in a history, and the stamp of what the call writes. */
export function operationId(operation: {
  readonly client: number;
  readonly number: number;
}): string {
  return `${operation.client}.${operation.number}`;
}
