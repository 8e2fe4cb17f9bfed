import type { SimulatedCluster } from './cluster/simulated-cluster.ts';
import { SimulationError } from './core/scheduler.ts';

export interface RunOptions {
  readonly seed: number;
  /** The run ends after so many, or sooner: see World. */
  readonly takeovers: number;
  /** How many of the last steps a report of a failure has. */
  readonly recentMax?: number;
}

/** What came of one run. */
export interface RunResult {
  readonly seed: number;
  readonly digest: string;
  readonly steps: number;
  readonly takeovers: number;
  /** Those of which some client waited for an answer, after which the new holder has answered. */
  readonly underLoad: number;
  readonly calls: number;
  /** Replies that left servers, duplicates included, and were checked one by one. */
  readonly answers: number;
  /** Directories that were listed to the end while names in them changed. */
  readonly listings: number;
  /** What is wrong, one sentence each; empty where nothing is. */
  readonly findings: readonly string[];
}

/** What happens in a world from its first step to its last. */
export interface Story {
  /** Which live in one world, with one scheduler. */
  readonly clusters: readonly [SimulatedCluster, ...SimulatedCluster[]];
  live(): Promise<void>;
  /** What is wrong with what came of it; asked when it is over. */
  verdict(): readonly string[];
  /** Who waits for what. */
  describe(): string;
  readonly calls: number;
  readonly listings: number;
}

/** Takes the steps of a story to its end, or to the first thing that is wrong. Never rejects for what the servers do wrong. */
export async function runToEnd(seed: number, story: Story, stepsMax: number): Promise<RunResult> {
  const { clusters } = story;
  const { scheduler } = clusters[0];
  const findings: string[] = [];
  const state = { isOver: false };
  story
    .live()
    .then(() => {
      state.isOver = true;
    })
    .catch((error: unknown) => {
      scheduler.fail(error instanceof Error ? error : new Error(String(error)));
    });
  // What nobody catches ends a real process: here it ends the run.
  const unhandled = (reason: unknown): void => {
    scheduler.fail(reason instanceof Error ? reason : new Error(String(reason)));
  };
  process.on('unhandledRejection', unhandled);
  try {
    await scheduler.run(
      // Whoever has lost something may wait for it for ever: what was found is enough.
      () => state.isOver || clusters.some(({ checker }) => checker.findings.length > 0),
      stepsMax,
      () => story.describe(),
    );
  } catch (error) {
    findings.push(describeError(error));
  } finally {
    process.off('unhandledRejection', unhandled);
  }
  for (const { checker, fatalProblems } of clusters) {
    findings.push(...checker.findings, ...fatalProblems);
  }
  if (state.isOver) findings.push(...story.verdict());
  const sum = (count: (cluster: SimulatedCluster) => number): number =>
    clusters.reduce((total, cluster) => total + count(cluster), 0);
  return {
    seed,
    digest: scheduler.trace.digest,
    steps: scheduler.steps,
    takeovers: sum(({ takeovers }) => takeovers),
    underLoad: sum(({ takeoversUnderLoad }) => takeoversUnderLoad),
    calls: story.calls,
    answers: sum(({ checker }) => checker.answers),
    listings: story.listings,
    findings: [...new Set(findings)],
  };
}

function describeError(error: unknown): string {
  if (error instanceof SimulationError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
