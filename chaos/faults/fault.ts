import type { Cluster, ServerView } from '../cluster/cluster.ts';
import type { Recorder } from '../history/recorder.ts';

/** What is done to a cluster. */
export const faultKinds = [
  'kill',
  'pause',
  'block',
  'switchover',
  'pam-kill',
  'full-disk',
  'cut-network',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** What a fault needs. */
export interface FaultParts {
  readonly cluster: Cluster;
  readonly recorder: Recorder;
  /** Aborted when the run is to end at once. */
  readonly signal: AbortSignal;
  readonly sleep: (ms: number) => Promise<void>;
  readonly nowMs: () => number;
}

/** A fault as it came about. */
export interface Strike {
  /** What it happened to. */
  readonly node: string;
  readonly moment: string;
  /** Recorder's time. */
  readonly atMicroseconds: number;
}

/** One planned fault. Everything about it was drawn from the seed; it is applied once, then healed. */
export interface Fault {
  readonly kind: FaultKind;
  /** The pair must have been undisturbed for as long as it takes until a backup accuses a silent primary. */
  readonly needsCalm: boolean;
  /** Does it to the primary. Resolves when it is time to heal it. */
  apply(parts: FaultParts, primary: ServerView): Promise<Strike>;
  /** Ends what does not end by itself. Called in any case, also where `apply` failed. Idempotent. */
  heal(parts: FaultParts): Promise<void>;
  /** What must have come besides a primary, a backup and answers to clients, before the next fault. */
  isRecovered(parts: FaultParts, servers: readonly ServerView[]): boolean;
}

/** What was waited for did not come. */
export class FaultError extends Error {}

/** For faults that need nothing more. */
export const needsNoHealing: Pick<Fault, 'heal' | 'isRecovered'> = {
  heal: () => Promise.resolve(),
  isRecovered: () => true,
};
