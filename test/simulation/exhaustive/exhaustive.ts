import { type Fate, fates, runCrash } from './crash-run.ts';
import { type Scenario, scenarios } from './scenarios.ts';

export interface ExhaustiveOptions {
  readonly seed: number;
  /** Which part of all crash points: every `stride`-th one. */
  readonly stride: number;
  readonly progress: (line: string) => void;
}

export interface ExhaustiveResult {
  readonly procedures: number;
  readonly crashPoints: number;
  readonly runs: number;
  readonly takeovers: number;
  readonly findings: readonly string[];
}

/** Crashes the primary at every step of every procedure that changes something, in every way, one run each. */
export async function runExhaustive(options: ExhaustiveOptions): Promise<ExhaustiveResult> {
  const findings: string[] = [];
  let [crashPoints, runs, takeovers] = [0, 0, 0];
  for (const [index, scenario] of scenarios.entries()) {
    const base = { scenario, seed: options.seed, looksAtOnce: index % 2 === 0 };
    const expected = await runCrash({ ...base, crash: undefined });
    findings.push(...expected.findings.map((finding) => `${scenario.name}: ${finding}`));
    for (
      let step = 1 + (index % options.stride);
      step <= expected.primarySteps;
      step += options.stride
    ) {
      crashPoints += 1;
      for (const fate of fates) {
        const result = await runCrash({ ...base, crash: { step, fate } });
        runs += 1;
        takeovers += result.takeovers;
        findings.push(...findingsOf(base, { step, fate }, result, expected.outcome));
      }
    }
    options.progress(`${scenario.name}: ${expected.primarySteps} steps`);
  }
  return { procedures: scenarios.length, crashPoints, runs, takeovers, findings };
}

function findingsOf(
  { scenario }: { readonly scenario: Scenario },
  { step, fate }: { readonly step: number; readonly fate: Fate },
  result: Awaited<ReturnType<typeof runCrash>>,
  expected: string,
): string[] {
  const findings = [...result.findings];
  if (findings.length === 0 && result.outcome !== expected) {
    findings.push(`came to ${result.outcome}, where ${expected} was expected`);
  }
  return findings.map((finding) => `${scenario.name}, step ${step}, ${fate}: ${finding}`);
}
