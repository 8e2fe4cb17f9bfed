import type { Verdict } from '../checker/check-history.ts';
import type { Finding } from '../checker/finding.ts';
import type { History, Operation, Takeover } from '../history/history.ts';
import { type FaultRow, faultRows } from './fault-rows.ts';
import { type Histogram, histogramOf } from './histogram.ts';
import { type Stall, stallsOf } from './stalls.ts';
import { type TakeoverPartRow, takeoverParts } from './takeover-parts.ts';
import { type TimeLine, timeLineOf } from './time-line.ts';

/** Everything that a run has to tell. This is what `--json` prints. */
export interface ChaosResult {
  readonly verdict: Verdict['verdict'];
  readonly run: string;
  readonly seed: number;
  readonly registration: boolean;
  readonly durationSeconds: number;
  readonly workers: number;
  /** How many workers of each kind. */
  readonly clients: Readonly<Record<string, number>>;
  readonly operations: number;
  readonly unknownOutcomes: number;
  /** Refused because the disk was full, which is right. */
  readonly refusedForSpace: number;
  readonly spurious: number;
  readonly lost: number;
  readonly doubled: number;
  readonly wrong: number;
  readonly findings: readonly Finding[];
  readonly undecided: readonly string[];
  readonly crashes: readonly string[];
  readonly faults: readonly FaultRow[];
  readonly stalls: readonly Stall[];
  readonly takeoverParts: readonly TakeoverPartRow[];
  readonly takeovers: readonly Takeover[];
  readonly latencies: Histogram;
  readonly timeLine: TimeLine;
  readonly checkSeconds: number;
}

export function makeResult(history: History, verdict: Verdict, checkSeconds: number): ChaosResult {
  const { header, operations, takeovers, crashes } = history;
  const stalls = stallsOf(history);
  const ofWorkers = operations.filter(({ client }) => client !== header.auditor);
  return {
    verdict: verdict.verdict,
    run: header.run,
    seed: header.seed,
    registration: header.registration,
    durationSeconds: operations.reduce((last, one) => Math.max(last, endOf(one)), 0) / 1_000_000,
    workers: new Set(ofWorkers.map(({ client }) => client)).size,
    clients: clientsOf(history),
    operations: operations.length,
    unknownOutcomes: operations.filter(({ outcome }) => outcome.status === 'unknown').length,
    refusedForSpace: operations.filter(isRefusedForSpace).length,
    ...verdict.counts,
    findings: verdict.findings,
    undecided: verdict.undecided,
    crashes,
    faults: faultRows(stalls),
    stalls,
    takeoverParts: takeoverParts(history),
    takeovers,
    latencies: histogramOf(ofWorkers.flatMap(latencyMs)),
    timeLine: timeLineOf(history),
    checkSeconds,
  };
}

function clientsOf({ header }: History): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of header.clients) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

function isRefusedForSpace({ outcome }: Operation): boolean {
  return outcome.status === 'error' && outcome.code === 'ENOSPC';
}

function latencyMs({ invokedMicroseconds, respondedMicroseconds }: Operation): number[] {
  return respondedMicroseconds === undefined
    ? []
    : [(respondedMicroseconds - invokedMicroseconds) / 1000];
}

function endOf(operation: Operation): number {
  return operation.respondedMicroseconds ?? operation.invokedMicroseconds;
}
