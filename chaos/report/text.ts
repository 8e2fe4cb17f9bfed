import pc from 'picocolors';
import type { Category } from '../checker/finding.ts';
import type { FaultRow } from './fault-rows.ts';
import type { ChaosResult } from './result.ts';
import { verdictWords } from './verdict-words.ts';

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
    count('spurious'),
    count('lost'),
    count('doubled'),
    ...(result.wrong === 0 ? [] : [count('wrong')]),
    ...faultLines(result.faults),
    ...result.crashes.map((crash) => `  ${pc.red('crash')} ${crash}`),
    ...findingLines(result),
    '',
    verdictText(result),
    '',
  ].join('\n');
}

function operationsText(result: ChaosResult): string {
  const { operations, workers, durationSeconds, unknownOutcomes, refusedForSpace } = result;
  const unknown = unknownOutcomes === 0 ? '' : `, ${unknownOutcomes} of unknown outcome`;
  const refused =
    refusedForSpace === 0 ? '' : `, ${refusedForSpace} refused while the disk was full`;
  return `${number(operations)} by ${workers} workers in ${Math.round(durationSeconds)} s${unknown}${refused}`;
}

const columns = ['Stall by fault', 'Times', 'Median', 'p99', 'Worst', 'Stock', 'Goal'] as const;

/** A table: what each kind of fault cost the clients. `Stock`: the median for stock clients of the servers. */
function faultLines(rows: readonly FaultRow[]): string[] {
  if (rows.length === 0) return [];
  const table = rows.map(({ kind, takenOver, times, stall, stockStall, goal }) => [
    takenOver ? kind : `${kind}, no takeover`,
    `${times}`,
    ...[stall.medianMs, stall.p99Ms, stall.worstMs, stockStall.medianMs].map(milliseconds),
    goal === null ? '' : `${goal.text}: ${goal.isMet ? 'met' : 'missed'}`,
  ]);
  const lines = [columns, ...table];
  const widths = columns.map((_, index) =>
    Math.max(...lines.map((cells) => cells[index]?.length ?? 0)),
  );
  const last = columns.length - 1;
  return [
    '',
    ...lines.map((cells) =>
      cells
        .map((cell, index) => {
          const width = widths[index] ?? 0;
          return index === 0 || index === last ? cell.padEnd(width) : cell.padStart(width);
        })
        .join('  ')
        .trimEnd(),
    ),
  ];
}

function milliseconds(value: number | null): string {
  return value === null ? '-' : `${Math.round(value)} ms`;
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

const moodColours = { good: pc.green, doubtful: pc.yellow, bad: pc.red } as const;

function verdictText(result: ChaosResult): string {
  const { headline, sentence, mood } = verdictWords(result);
  return `${pc.bold(moodColours[mood](headline))}  ${sentence}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
