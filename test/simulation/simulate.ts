import { type SimulateOptions, takeoversDefault } from './command-line.ts';
import { type RunResult, runSimulation } from './run.ts';

const recentMax = 80;
const findingsShownMax = 8;
const progressMs = 30_000;
/** After so many runs with findings there is enough to look at. */
const failuresMax = 5;

/** Runs what is asked for and says what came of it. False where anything was wrong. */
export async function simulate(
  options: SimulateOptions,
  say: (line: string) => void,
): Promise<boolean> {
  if (options.kind === 'seed') {
    const result = await runSimulation({ ...options, recentMax });
    if (result.findings.length > 0) sayFindings(result, options.takeovers, say);
    say(`seed ${result.seed}: ${countsOf(result)}, digest ${result.digest}`);
    return result.findings.length === 0;
  }
  const startMs = performance.now();
  const cpu = process.cpuUsage();
  const totals = { runs: 0, takeovers: 0, steps: 0, calls: 0 };
  let failures = 0;
  let saidMs = startMs;
  for (let seed = options.firstSeed; ; seed += 1) {
    const result = await runSimulation({ seed, takeovers: options.takeovers });
    totals.runs += 1;
    totals.takeovers += result.takeovers;
    totals.steps += result.steps;
    totals.calls += result.calls;
    if (result.findings.length > 0) {
      failures += 1;
      sayFindings(result, options.takeovers, say);
    }
    const nowMs = performance.now();
    if (nowMs - startMs >= options.minutes * 60_000 || failures >= failuresMax) break;
    if (nowMs - saidMs < progressMs) continue;
    saidMs = nowMs;
    say(`${totals.runs} runs, ${totals.takeovers} takeovers`);
  }
  const { user, system } = process.cpuUsage(cpu);
  const cpuSeconds = (user + system) / 1e6;
  say(
    [
      `${totals.runs} runs from seed ${options.firstSeed} on: ${countsOf(totals)}`,
      `in ${((performance.now() - startMs) / 1000).toFixed(0)} s;`,
      `${(totals.takeovers / cpuSeconds).toFixed(0)} takeovers per second of one core;`,
      failures === 0 ? 'nothing wrong' : `${failures} runs with findings`,
    ].join(' '),
  );
  return failures === 0;
}

function sayFindings(result: RunResult, takeovers: number, say: (line: string) => void): void {
  const { seed, findings } = result;
  say(`SEED ${seed}: ${findings.length} findings`);
  for (const finding of findings.slice(0, findingsShownMax)) say(`  ${finding}`);
  const more = takeovers === takeoversDefault ? '' : ` --takeovers ${takeovers}`;
  say(`  again: npm run simulate -- --seed ${seed}${more}`);
}

function countsOf(counts: Pick<RunResult, 'takeovers' | 'steps' | 'calls'>): string {
  return `${counts.takeovers} takeovers, ${counts.calls} calls, ${counts.steps} steps`;
}
