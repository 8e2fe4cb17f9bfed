import type { FaultRow } from '../fault-rows.ts';
import type { TakeoverPartRow } from '../takeover-parts.ts';
import type { Summary } from '../statistics.ts';
import { count, duration, escapeHtml } from './markup.ts';

export function faultSection(rows: readonly FaultRow[]): string {
  if (rows.length === 0) return '';
  const hasStock = rows.some(({ stockStall }) => stockStall.count > 0);
  const head = [
    'Fault',
    'Times',
    'Median',
    'p99',
    'Worst',
    ...(hasStock ? ['Stock: median', 'Stock: worst'] : []),
    'Goal',
  ];
  const body = rows.map(({ kind, takenOver, times, stall, stockStall, goal }) => [
    takenOver ? kind : `${kind}, no takeover`,
    count(times),
    ...timesOf(stall),
    ...(hasStock ? [duration(stockStall.medianMs), duration(stockStall.worstMs)] : []),
    goal === null ? '' : `${goal.isMet ? 'met' : 'missed'}: ${goal.text}`,
  ]);
  return [
    '<section><h2>Stalls</h2>',
    '<p>What each fault cost: the longest time that any client went without an answer, from the fault until everything ',
    'was as before. ',
    hasStock
      ? 'Stock clients of the servers have their own columns: one waits until its connection breaks.'
      : '',
    '</p>',
    tableOf(head, body, 'goals'),
    '</section>',
  ].join('');
}

export function takeoverSection(rows: readonly TakeoverPartRow[]): string {
  if (rows.length === 0) return '';
  const body = rows.map((row) => [row.part, count(row.count), ...timesOf(row)]);
  return [
    '<section><h2>Parts of a takeover</h2>',
    '<p>As the servers measured them. Detect: from a kill until the backup acts; first answer: from then on that it ',
    'serves. The registration with PAM goes on while clients are served.</p>',
    tableOf(['Part', 'Times', 'Median', 'p99', 'Worst'], body),
    '</section>',
  ].join('');
}

function timesOf({ medianMs, p99Ms, worstMs }: Summary): string[] {
  return [medianMs, p99Ms, worstMs].map(duration);
}

/** The first cell of each row is its heading. */
function tableOf(
  head: readonly string[],
  body: readonly (readonly string[])[],
  className = 'times',
): string {
  const cells = (row: readonly string[]): string =>
    row
      .map((cell, index) =>
        index === 0 ? `<th scope="row">${escapeHtml(cell)}</th>` : `<td>${escapeHtml(cell)}</td>`,
      )
      .join('');
  const heads = head.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join('');
  const rows = body.map((row) => `<tr>${cells(row)}</tr>`).join('\n');
  return `<div class="table"><table class="${className}"><thead><tr>${heads}</tr></thead><tbody>${rows}</tbody></table></div>`;
}
