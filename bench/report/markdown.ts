import { type BenchResult, type Cell, cellOf, clientShareMax, limitName } from './result.ts';
import { pointText, ratioText, rateText } from './words.ts';

/** The tables of a run, one for each group of rows. */
export function formatMarkdown(result: BenchResult): string {
  const { machine, date, repeats, durationMs, failures } = result;
  return [
    '# Benchmarks',
    '',
    `${machine}; ${date}; medians of ${repeats} repeats of ${durationMs} ms, all columns in turn in one run. NFSv3 over TCP; fuga's`,
    'answers are durable, whatever they are.',
    '',
    `CPU: processor time of the server for one call, all threads. \\*: the load generator took more than ${clientShareMax * 100} % of a processor there, so`,
    'that the server may be quicker than it says.',
    '',
    ...result.groups.flatMap((group) => tableOf(result, group)),
    ...memoryTable(result),
    ...(failures.length === 0
      ? []
      : ['Not measured:', '', ...failures.map((why) => `- ${why}`), '']),
  ].join('\n');
}

function tableOf(result: BenchResult, group: BenchResult['groups'][number]): string[] {
  const own = result.cells.filter((cell) => cell.group === group.name);
  const targets = result.targets.filter(({ name }) => own.some(({ target }) => target === name));
  const [first] = targets;
  if (first === undefined) return [];
  const others = targets.slice(1);
  const head = [
    '',
    group.axis,
    ...targets.map(({ title }) => title),
    'limit',
    ...others.map(({ title }) => `${first.title} / ${title}`),
    `${first.title} / limit`,
    ...targets.map(({ title }) => `CPU ${title}, µs`),
  ];
  const body = own
    .filter(({ target }) => target === first.name)
    .map((cell) => {
      const inRow = (target: string): Cell | undefined => cellOf(result.cells, cell, target);
      const ratio = (target: string): string => {
        const other = inRow(target);
        return other === undefined ? '' : ratioText(cell.median / other.median);
      };
      return [
        `${cell.row.title}, ${cell.row.unit}`,
        pointText(group.axis, cell.point),
        ...[...targets.map(({ name }) => name), limitName].map((name) => rateOf(inRow(name))),
        ...others.map(({ name }) => ratio(name)),
        ratio(limitName),
        ...targets.map(({ name }) => inRow(name)?.serverUs?.toFixed(0) ?? ''),
      ];
    });
  return [`## ${group.title}`, '', `Limit: ${group.limitTitle}.`, '', ...linesOf(head, body), ''];
}

function rateOf(cell: Cell | undefined): string {
  if (cell === undefined) return '';
  const isClientBound = cell.clientShare !== undefined && cell.clientShare > clientShareMax;
  return rateText(cell.median) + (isClientBound ? ' \\*' : '');
}

function memoryTable({ memory, targets }: BenchResult): string[] {
  if (memory.length === 0) return [];
  const body = memory.map(({ target, before, after }) => [
    targets.find(({ name }) => name === target)?.title ?? target,
    ...[before.residentMb, after.residentMb, after.peakMb].map((each) => each.toFixed(0)),
  ]);
  const head = ['', 'at first', 'at the end', 'at most'];
  return ['## Resident memory of the serving process, MiB', '', ...linesOf(head, body), ''];
}

function linesOf(head: readonly string[], body: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, index) => (index === 0 ? '---' : '---:'));
  return [line(head), line(rule), ...body.map(line)];
}
