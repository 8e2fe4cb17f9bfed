import type { Verdict } from '../checker/check-history.ts';
import type { Finding } from '../checker/finding.ts';
import type { History } from '../history/history.ts';
import type { Stall } from './stalls.ts';
import { stallsOf, summarize } from './stalls.ts';

/** Everything that a run has to tell. This is what `--json` prints. */
export interface ChaosResult {
  readonly verdict: Verdict['verdict'];
  readonly seed: number;
  readonly registration: boolean;
  readonly durationSeconds: number;
  readonly workers: number;
  readonly operations: number;
  readonly unknownOutcomes: number;
  readonly kills: number;
  readonly killsByMoment: Readonly<Record<string, number>>;
  readonly stallMedianMs: number | null;
  readonly stallWorstMs: number | null;
  readonly stalls: readonly Stall[];
  readonly spurious: number;
  readonly lost: number;
  readonly doubled: number;
  readonly wrong: number;
  readonly findings: readonly Finding[];
  readonly undecided: readonly string[];
  readonly checkSeconds: number;
}

export function makeResult(history: History, verdict: Verdict, checkSeconds: number): ChaosResult {
  const { header, operations, disturbances } = history;
  const kills = disturbances.filter(({ event }) => event === 'kill');
  const byMoment: Record<string, number> = {};
  for (const { moment } of kills) byMoment[moment] = (byMoment[moment] ?? 0) + 1;
  const stalls = stallsOf(history);
  const { medianMs = null, worstMs = null } = summarize(stalls);
  const workers = new Set(operations.map(({ client }) => client));
  workers.delete(header.auditor);
  return {
    verdict: verdict.verdict,
    seed: header.seed,
    registration: header.registration,
    durationSeconds: operations.reduce((last, one) => Math.max(last, endOf(one)), 0) / 1_000_000,
    workers: workers.size,
    operations: operations.length,
    unknownOutcomes: operations.filter(({ outcome }) => outcome.status === 'unknown').length,
    kills: kills.length,
    killsByMoment: byMoment,
    stallMedianMs: medianMs,
    stallWorstMs: worstMs,
    stalls,
    ...verdict.counts,
    findings: verdict.findings,
    undecided: verdict.undecided,
    checkSeconds,
  };
}

function endOf(operation: History['operations'][number]): number {
  return operation.respondedMicroseconds ?? operation.invokedMicroseconds;
}
