import { escapeHtml, short } from '../../chaos/report/html/markup.ts';
import { type BenchResult, type Cell, cellOf, limitName } from './result.ts';
import { pointText, ratioText, rateText } from './words.ts';

/** Beside each other on black, white and grey, and told apart by all kinds of eyes (Okabe and Ito, 2008). */
const colours = ['#56b4e9', '#0072b2', '#009e73', '#d55e00'];
const width = 960;
const titleWidth = 260;
const plotWidth = 480;
const barHeight = 9;
const groupGap = 8;
const top = 64;
/** Ratios beyond these are drawn as long as these; their number says what they are. */
const ratioMin = 1 / 16;
const ratioMax = 16;

interface Bar {
  readonly label: string;
  readonly colour: string;
  readonly ratio: number;
  readonly text: string;
}

interface BarGroup {
  readonly title: string;
  readonly bars: readonly Bar[];
}

/**
 * Each row as its rate divided by that of the second server, or by the limit where there is one server only: bars to the right of
 * the line are quicker. One file that needs no other, on a logarithmic axis, since a half is as far from one as a double.
 */
export function formatChart(result: BenchResult): string {
  const [own, peer] = result.targets;
  const against = peer ?? { name: limitName, title: 'the limit' };
  const groups = own === undefined ? [] : barGroups(result, own.name, against.name);
  const heights = groups.map(({ bars }) => bars.length * barHeight + groupGap);
  const height = top + heights.reduce((sum, each) => sum + each, 0) + 24;
  const title = `${own?.title ?? ''} / ${against.title}, ${result.machine}`;
  let at = top;
  const shapes = groups.flatMap((group, index) => {
    const from = at;
    at += heights[index] ?? 0;
    return shapesOf(group, from);
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}" font-family="sans-serif" font-size="11">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(12, 20, title, 'font-size="14"'),
    text(
      12,
      38,
      'Rates in the same run; to the right of 1 is quicker. The colours are the points of each axis, from light to dark.',
    ),
    ...grid(height),
    ...shapes,
    '</svg>',
    '',
  ].join('\n');
}

function barGroups(result: BenchResult, own: string, against: string): BarGroup[] {
  const axisOf = new Map(result.groups.map(({ name, axis }) => [name, axis]));
  const found = new Map<string, { title: string; bars: Bar[] }>();
  for (const cell of result.cells) {
    const other = cellOf(result.cells, cell, against);
    if (cell.target !== own || other === undefined) continue;
    const group = found.get(cell.row.name) ?? { title: cell.row.title, bars: [] };
    group.bars.push(barOf(cell, other, axisOf.get(cell.group) ?? '', group.bars.length));
    found.set(cell.row.name, group);
  }
  return [...found.values()];
}

function barOf(cell: Cell, other: Cell, axis: string, index: number): Bar {
  const ratio = cell.median / other.median;
  const rates = `${rateText(cell.median)} and ${rateText(other.median)} ${cell.row.unit}`;
  return {
    label: `${axis} ${pointText(axis, cell.point)}`,
    colour: colours[index % colours.length] ?? '',
    ratio,
    text: `${ratioText(ratio)}: ${rates}`,
  };
}

function shapesOf({ title, bars }: BarGroup, from: number): string[] {
  const middle = from + (bars.length * barHeight) / 2 + 4;
  return [
    text(titleWidth - 100, middle, title, 'text-anchor="end"'),
    ...bars.flatMap(({ label, colour, ratio, text: words }, index) => {
      const y = from + index * barHeight;
      const [one, end] = [xOf(1), xOf(ratio)];
      const size = `width="${short(Math.abs(end - one))}" height="${barHeight - 1}"`;
      return [
        text(titleWidth - 6, y + barHeight - 1, label, 'text-anchor="end" font-size="8"'),
        `<rect x="${short(Math.min(one, end))}" y="${short(y)}" ${size} fill="${colour}"/>`,
        text(titleWidth + plotWidth + 8, y + barHeight - 1, words, 'font-size="8"'),
      ];
    }),
  ];
}

function grid(height: number): string[] {
  const ratios = [ratioMin, 1 / 4, 1 / 2, 1, 2, 4, ratioMax];
  return ratios.flatMap((ratio) => {
    const x = short(xOf(ratio));
    const label = ratio < 1 ? `1/${1 / ratio}` : String(ratio);
    return [
      `<path d="M${x} ${top - 6}V${height - 20}" stroke="${ratio === 1 ? '#000' : '#ccc'}"/>`,
      text(xOf(ratio), top - 10, label, 'text-anchor="middle"'),
    ];
  });
}

function xOf(ratio: number): number {
  const bounded = Math.min(Math.max(ratio, ratioMin), ratioMax);
  const part = Math.log2(bounded / ratioMin) / Math.log2(ratioMax / ratioMin);
  return titleWidth + part * plotWidth;
}

function text(x: number, y: number, words: string, attributes = ''): string {
  return `<text x="${short(x)}" y="${short(y)}" ${attributes}>${escapeHtml(words)}</text>`;
}
