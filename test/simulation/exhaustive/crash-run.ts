import { delay } from '../../../environment/clock.ts';
import { Files } from '../../cluster/files.ts';
import { makePaClient } from '../cluster/clients.ts';
import { type Member, SimulatedCluster } from '../cluster/simulated-cluster.ts';
import type { Scenario } from './scenarios.ts';

/** What happens to the primary at the step. */
export const fates = [
  /** It is killed, and its operations under way are lost. */
  'killed, nothing under way is done',
  /** It is killed, and they take effect. */
  'killed, what is under way is done',
  /** It stands still until another one has taken over, and wakes up. */
  'stopped and woken',
  /** All servers are killed, and what was not synced is lost. */
  'power cut',
] as const;
export type Fate = (typeof fates)[number];

export interface CrashRunOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  /** Undefined: nothing happens, to see what should come of it. */
  readonly crash: { readonly step: number; readonly fate: Fate } | undefined;
  readonly looksAtOnce: boolean;
}

export interface CrashRunResult {
  /** Steps of the primary while the scenario ran. */
  readonly primarySteps: number;
  /** What came of it: the result, and what the directory holds. */
  readonly outcome: string;
  readonly takeovers: number;
  readonly findings: readonly string[];
}

const stepsMax = 60_000;
const stoppedMs = 6_000;
/** The time of a line of a snapshot. */
const timePattern = / \d{9,}\.\d+ /;

/** One scenario, in a world that is the same each time up to the step at which the primary crashes. */
export async function runCrash(options: CrashRunOptions): Promise<CrashRunResult> {
  const cluster = new SimulatedCluster({
    seed: options.seed,
    looksAtOnce: options.looksAtOnce,
    inTurnShare: 0,
    pams: 1,
    endsHung: false,
    settings: {
      portOf: () => 0,
      leaseMs: 60_000,
      spacePollMs: 1_000,
      cacheBytesMax: 2_000,
      logBytesMax: 12_000,
    },
    networkFaults: {
      latencyMs: () => 0.1,
      datagramCopies: () => 1,
      datagramDelayMs: () => 0,
    },
  });
  const run = new CrashRun(cluster, options);
  const state = { isOver: false };
  run
    .live()
    .then(() => {
      state.isOver = true;
    })
    .catch((error: unknown) => {
      cluster.scheduler.fail(error instanceof Error ? error : new Error(String(error)));
    });
  const failures: string[] = [];
  try {
    await cluster.scheduler.run(
      () => state.isOver,
      stepsMax,
      () => cluster.describe(),
    );
  } catch (error) {
    failures.push(error instanceof Error ? error.message : String(error));
  }
  const { primarySteps, outcome } = run;
  const findings = [...failures, ...cluster.checker.findings, ...cluster.fatalProblems];
  return { primarySteps, outcome, takeovers: cluster.takeovers, findings };
}

class CrashRun {
  readonly #cluster: SimulatedCluster;
  readonly #options: CrashRunOptions;
  primarySteps = 0;
  outcome = '';

  constructor(cluster: SimulatedCluster, options: CrashRunOptions) {
    this.#cluster = cluster;
    this.#options = options;
  }

  async live(): Promise<void> {
    const cluster = this.#cluster;
    for (const node of ['a', 'b']) cluster.startServer(node);
    const client = makePaClient(cluster, 'client');
    const { timers } = client.process;
    const files = await Files.over(client.caller, () => undefined);
    const dir = await files.makeDirectory(files.root, 'scenario');
    const newClient = () => makePaClient(cluster, 'new');
    const act = await this.#options.scenario.prepare({ files, dir, client, newClient });
    // Until the second server is a backup: it takes over.
    while (cluster.primary === undefined || !this.#hasBackup()) await delay(timers, 10);
    this.#watch(cluster.primary);
    const result = await act();
    cluster.scheduler.beforeStep = undefined;
    const names = await files.snapshot(dir);
    this.outcome = JSON.stringify([result, names.map((line) => line.replace(timePattern, ' '))]);
    await client.close();
  }

  #hasBackup(): boolean {
    return [...this.#cluster.members.values()].some(
      ({ server }) => server?.volume.status().role === 'backup',
    );
  }

  #watch(primary: Member): void {
    const { crash } = this.#options;
    this.#cluster.scheduler.beforeStep = (process) => {
      if (process !== primary.process) return;
      this.primarySteps += 1;
      if (this.primarySteps === crash?.step) this.#crash(primary, crash.fate);
    };
  }

  #crash(primary: Member, fate: Fate): void {
    const cluster = this.#cluster;
    switch (fate) {
      case 'killed, nothing under way is done':
        primary.disk.underWay = 'lost';
        primary.process.kill();
        return;
      case 'killed, what is under way is done':
        primary.disk.underWay = 'done';
        primary.process.kill();
        return;
      case 'stopped and woken':
        primary.process.stop();
        cluster.scheduler.plan(undefined, stoppedMs, 'resume', () => primary.process.resume());
        return;
      case 'power cut':
        for (const { process } of cluster.members.values()) process.kill();
        cluster.disk.cutPower(cluster.scheduler.random);
        for (const node of ['a', 'b']) {
          cluster.scheduler.plan(undefined, 20, 'restart', () => cluster.startServer(node));
        }
        return;
    }
  }
}
