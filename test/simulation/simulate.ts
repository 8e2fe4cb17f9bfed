import { type SimulateOptions, takeoversDefault } from './command-line.ts';
import { runExhaustive } from './exhaustive/exhaustive.ts';
import type { RunResult } from './one-run.ts';
import { runSimulation } from './run.ts';

type Say = (line: string) => void;
type OptionsOf<Kind> = Extract<SimulateOptions, { readonly kind: Kind }>;

const recentMax = 80;
const findingsShownMax = 8;
const progressMs = 30_000;
/** After so many runs with findings there is enough to look at. */
const failuresMax = 5;

/** Runs what is asked for and says what came of it. False where anything was wrong. */
export function simulate(
  options: Exclude<SimulateOptions, { readonly kind: 'mutations' }>,
  say: Say,
): Promise<boolean> {
  switch (options.kind) {
    case 'seed':
      return simulateSeed(options, say);
    case 'minutes':
      return simulateMinutes(options, say);
    case 'exhaustive':
      return simulateCrashes(options.seed, say);
  }
}

async function simulateSeed(options: OptionsOf<'seed'>, say: Say): Promise<boolean> {
  const result = await runSimulation({ ...options, recentMax });
  if (result.findings.length > 0) sayFindings(result, options.takeovers, say);
  say(`seed ${result.seed}: ${countsOf(result)}, digest ${result.digest}`);
  return result.findings.length === 0;
}

async function simulateCrashes(seed: number, say: Say): Promise<boolean> {
  const result = await runExhaustive({ seed, stride: 1, progress: say });
  for (const finding of result.findings.slice(0, findingsShownMax)) say(`FOUND ${finding}`);
  const { procedures, crashPoints, runs, takeovers, findings } = result;
  say(
    `${crashPoints} crash points of ${procedures} procedures, in ${runs} runs with ${takeovers} takeovers: ${findings.length === 0 ? 'nothing wrong' : `${findings.length} findings`}`,
  );
  return findings.length === 0;
}

async function simulateMinutes(options: OptionsOf<'minutes'>, say: Say): Promise<boolean> {
  // Every connection that is refused makes an error; whoever wants a stack runs the seed again.
  Error.stackTraceLimit = 0;
  const startMs = performance.now();
  const cpu = process.cpuUsage();
  const totals = { runs: 0, takeovers: 0, underLoad: 0, steps: 0, calls: 0 };
  let failures = 0;
  let saidMs = startMs;
  for (let seed = options.firstSeed; ; seed += 1) {
    const result = await runSimulation({ seed, takeovers: options.takeovers });
    totals.runs += 1;
    totals.takeovers += result.takeovers;
    totals.underLoad += result.underLoad;
    totals.steps += result.steps;
    totals.calls += result.calls;
    if (result.findings.length > 0) {
      failures += 1;
      sayFindings(result, options.takeovers, say);
    }
    const nowMs = performance.now();
    if (
      nowMs - startMs >= options.minutes * 60_000 ||
      failures >= (options.stops ? 1 : failuresMax)
    )
      break;
    if (nowMs - saidMs < progressMs) continue;
    saidMs = nowMs;
    say(`${totals.runs} runs, ${totals.takeovers} takeovers`);
  }
  const { user, system } = process.cpuUsage(cpu);
  const cpuSeconds = (user + system) / 1e6;
  const seconds = (performance.now() - startMs) / 1000;
  const rate = (takeovers: number): string =>
    `${(takeovers / cpuSeconds).toFixed(0)} (${(takeovers / seconds).toFixed(0)})`;
  say(
    [
      `${totals.runs} runs from seed ${options.firstSeed} on: ${countsOf(totals)}`,
      `in ${seconds.toFixed(0)} s;`,
      `takeovers per second of processor time (of the clock): ${rate(totals.takeovers)},`,
      `${rate(totals.underLoad)} of them with calls under way, one of which was answered;`,
      failures === 0 ? 'nothing wrong' : `${failures} runs with findings`,
    ].join(' '),
  );
  return failures === 0;
}

function sayFindings(result: RunResult, takeovers: number, say: Say): void {
  const { seed, findings } = result;
  say(`SEED ${seed}: ${findings.length} findings`);
  for (const finding of findings.slice(0, findingsShownMax)) say(`  ${finding}`);
  const more = takeovers === takeoversDefault ? '' : ` --takeovers ${takeovers}`;
  say(`  again: npm run simulate -- --seed ${seed}${more}`);
}

function countsOf(counts: Pick<RunResult, 'takeovers' | 'steps' | 'calls'>): string {
  return `${counts.takeovers} takeovers, ${counts.calls} calls, ${counts.steps} steps`;
}
