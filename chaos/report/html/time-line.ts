import type { Stall } from '../stalls.ts';
import type { ChaosResult } from '../result.ts';
import { count, escapeHtml, percent, short, stretchedSvg } from './markup.ts';
import { markOf } from './marks.ts';

/** The time line is cut into rows of the same length, the shortest of these that gives few enough. */
const rowSeconds = [5, 10, 20, 30, 60, 120, 300, 600, 1_800, 3_600];
const rowsMax = 40;
const width = 1_000;
const height = 60;
/** Marks that are nearer to each other than this part of a row would cover each other. */
const besideMin = 0.05;
const lanes = 2;

interface Row {
  readonly fromMs: number;
  readonly lengthMs: number;
}

/** Answers per bin, with what was done to the servers and who took over. */
export function timeLineSection(result: ChaosResult): string {
  const { binMs, counts } = result.timeLine;
  const totalMs = counts.length * binMs;
  if (totalMs === 0) return '';
  const seconds = rowSeconds.find((each) => totalMs / (each * 1000) <= rowsMax) ?? 3_600;
  const lengthMs = seconds * 1000;
  const most = heightOf(counts);
  const rows = Array.from({ length: Math.ceil(totalMs / lengthMs) }, (_, index) =>
    rowOf(result, { fromMs: index * lengthMs, lengthMs }, most),
  );
  return [
    '<section><h2>Time line</h2>',
    `<p>Answers in each ${binMs} ms; a row is ${seconds} s long, and as high as ${count(most)} answers. `,
    'Shaded: from a fault until everything was as before. Triangle: a backup serves.</p>',
    legend(result.stalls),
    ...rows,
    '</section>',
  ].join('\n');
}

/** What all but a few of the bins stay below: one burst would flatten everything else. */
function heightOf(counts: readonly number[]): number {
  const busy = counts.filter((value) => value > 0).sort((a, b) => a - b);
  return busy[Math.ceil(busy.length * 0.998) - 1] ?? 1;
}

function legend(stalls: readonly Stall[]): string {
  const kinds = [...new Set(stalls.map(({ kind }) => kind))];
  const items = kinds.map((kind) => {
    const { meaning } = markOf(kind);
    return `<li>${chip(kind)} ${escapeHtml(meaning)}</li>`;
  });
  return `<ul class="legend">${items.join('')}</ul>`;
}

function chip(kind: string, attributes = ''): string {
  const { letter, colour } = markOf(kind);
  return `<b class="chip" ${attributes} data-kind="${escapeHtml(kind)}"><i style="background:${colour}">${letter}</i></b>`;
}

function rowOf(result: ChaosResult, row: Row, most: number): string {
  const { stalls, takeovers } = result;
  const bands = stalls.flatMap((stall) => bandOf(stall, row));
  const svg = stretchedSvg(width, height, `Answers from ${row.fromMs / 1000} s on`, [
    ...bands,
    `<path d="${areaOf(result, row, most)}"/>`,
  ]);
  const triangles = takeovers.flatMap(({ node, epoch, servedMicroseconds }) => {
    const at = partOf(servedMicroseconds, row);
    if (at < 0 || at >= 1) return [];
    const title = `${node} serves, epoch ${epoch}`;
    return [`<i class="served" style="left:${percent(at)}" title="${escapeHtml(title)}"></i>`];
  });
  const plot = `<div class="plot">${chipsOf(stalls, row)}${svg}<div class="under">${triangles.join('')}</div></div>`;
  return `<div class="row"><span>${row.fromMs / 1000} s</span>${plot}</div>`;
}

/** Where in the row a time is, from 0 to 1. */
function partOf(microseconds: number, { fromMs, lengthMs }: Row): number {
  return (microseconds / 1000 - fromMs) / lengthMs;
}

function bandOf(stall: Stall, row: Row): string[] {
  const from = Math.max(0, partOf(stall.atMicroseconds, row));
  const to = Math.min(1, partOf(stall.untilMicroseconds, row));
  if (to <= 0 || from >= 1) return [];
  const { colour } = markOf(stall.kind);
  const x = short(from * width);
  const wide = short(Math.max(1, (to - from) * width));
  return [
    `<rect x="${x}" y="0" width="${wide}" height="${height}" fill="${colour}" fill-opacity="0.35"/>`,
  ];
}

/** In two lanes, where faults follow each other closely. */
function chipsOf(stalls: readonly Stall[], row: Row): string {
  const ends = Array.from({ length: lanes }, () => -Infinity);
  const chips = stalls.flatMap(({ kind, node, moment, atMicroseconds, stallMs }) => {
    const at = partOf(atMicroseconds, row);
    if (at < 0 || at >= 1) return [];
    const free = ends.findIndex((end) => at - end >= besideMin);
    const lane = free === -1 ? lanes - 1 : free;
    ends[lane] = at;
    const cost = stallMs === null ? '' : `, ${Math.round(stallMs)} ms without an answer`;
    const title = escapeHtml(`${kind} of ${node} (${moment})${cost}`);
    const place = `style="left:${percent(at)};top:${lane * laneHeight}em" title="${title}"`;
    return [chip(kind, place)];
  });
  return `<div class="over">${chips.join('')}</div>`;
}

/** In em, as the style sheet has it. */
const laneHeight = 1.1;

/** The outline of the bins of a row: equal ones that follow each other are one step. */
function areaOf({ timeLine: { binMs, counts } }: ChaosResult, row: Row, most: number): string {
  const first = row.fromMs / binMs;
  const bins = counts.slice(first, first + row.lengthMs / binMs);
  const step = (width * binMs) / row.lengthMs;
  const path = [`M0 ${height}`];
  for (let bin = 0; bin < bins.length; ) {
    let next = bin + 1;
    while (next < bins.length && bins[next] === bins[bin]) next += 1;
    const top = height * (1 - Math.min(1, (bins[bin] ?? 0) / most));
    path.push(`V${short(top)}H${short(next * step)}`);
    bin = next;
  }
  return `${path.join('')}V${height}Z`;
}
