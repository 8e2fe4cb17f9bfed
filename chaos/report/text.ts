import pc from 'picocolors';
import type { Category } from '../checker/finding.ts';
import { describeMoment, moments } from '../killer/moment.ts';
import type { ChaosResult } from './result.ts';

/** So many findings are shown; all are in the JSON. */
const findingsShownMax = 10;
const labelWidth = 20;

const labels: Readonly<Record<Category, string>> = {
  spurious: 'Spurious errors',
  lost: 'Lost operations',
  doubled: 'Doubled operations',
  wrong: 'Other wrong answers',
};

/** The result for people, with a newline at its end. */
export function formatResult(result: ChaosResult): string {
  const row = (label: string, text: string): string => `${label.padEnd(labelWidth)} ${text}`;
  const count = (category: Category): string => {
    const value = result[category];
    return row(labels[category], value === 0 ? pc.green('0') : pc.red(`${value}`));
  };
  return [
    row('Operations', operationsText(result)),
    row('Kills', killsText(result)),
    row('Stall per takeover', stallText(result)),
    count('spurious'),
    count('lost'),
    count('doubled'),
    ...(result.wrong === 0 ? [] : [count('wrong')]),
    ...findingLines(result),
    '',
    verdictText(result),
    '',
  ].join('\n');
}

function operationsText(result: ChaosResult): string {
  const { operations, workers, durationSeconds, unknownOutcomes } = result;
  const unknown = unknownOutcomes === 0 ? '' : `, ${unknownOutcomes} of unknown outcome`;
  return `${number(operations)} by ${workers} workers in ${Math.round(durationSeconds)} s${unknown}`;
}

function killsText({ kills, killsByMoment }: ChaosResult): string {
  const parts = moments.flatMap((moment) => {
    const of = killsByMoment[moment] ?? 0;
    return of === 0 ? [] : [`${of} ${describeMoment(moment)}`];
  });
  return parts.length === 0 ? `${kills}` : `${kills} of the primary: ${parts.join(', ')}`;
}

function stallText({ stallMedianMs, stallWorstMs }: ChaosResult): string {
  if (stallMedianMs === null || stallWorstMs === null) return 'none';
  return `median ${Math.round(stallMedianMs)} ms, worst ${Math.round(stallWorstMs)} ms`;
}

function findingLines({ findings, undecided }: ChaosResult): string[] {
  const shown = findings
    .slice(0, findingsShownMax)
    .map(({ category, object, atMicroseconds, message }) => {
      const at = atMicroseconds === 0 ? '' : ` at ${(atMicroseconds / 1_000_000).toFixed(3)} s`;
      return `  ${pc.red(category)} in ${object}${at}: ${message}`;
    });
  const more = findings.length - shown.length;
  return [
    ...(shown.length === 0 ? [] : ['', ...shown]),
    ...(more > 0 ? [`  ... and ${more} more (--json shows them)`] : []),
    ...(undecided.length === 0
      ? []
      : ['', ...undecided.map((reason) => `  ${pc.yellow('undecided')} ${reason}`)]),
  ];
}

function verdictText(result: ChaosResult): string {
  const { verdict, registration, operations, kills } = result;
  switch (verdict) {
    case 'correct':
      return registration
        ? `${pc.bold(pc.green('CORRECT'))}  Each of the ${number(operations)} answers fits one order of the calls, and all that was acknowledged is there.`
        : `${pc.bold(pc.yellow('NOTHING FOUND'))}  This was the control: with registration switched off, ${kills} kills should have led to wrong answers.`;
    case 'wrong':
      return registration
        ? `${pc.bold(pc.red('WRONG'))}  Clients got answers that no correct file server gives.`
        : `${pc.bold(pc.red('WRONG, as expected'))}  This was the control: without registered replies, calls that are sent again after a takeover are executed again.`;
    case 'undecided':
      return `${pc.bold(pc.yellow('UNDECIDED'))}  Nothing wrong was found, but not everything could be checked.`;
  }
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
