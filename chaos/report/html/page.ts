import type { ChaosResult } from '../result.ts';
import { verdictWords } from '../verdict-words.ts';
import { latencySection } from './latency.ts';
import { count, escapeHtml } from './markup.ts';
import { style } from './style.ts';
import { faultSection, takeoverSection } from './tables.ts';
import { timeLineSection } from './time-line.ts';

/** The report as one file that needs nothing else: no script, no other file, no network. */
export function formatPage(result: ChaosResult): string {
  const title = `Fuga chaos ${result.run}`;
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${style}</style></head><body>`,
    `<h1>${escapeHtml(title)}</h1>`,
    verdictBox(result),
    numbers(result),
    listSection('Findings', result.findings.map(findingText)),
    listSection('Not decided', result.undecided),
    listSection('What ended by itself', result.crashes),
    faultSection(result.faults),
    takeoverSection(result.takeoverParts),
    latencySection(result.latencies),
    timeLineSection(result),
    `<footer>Seed ${result.seed}: the same seed plans the same faults. Checked in ${result.checkSeconds.toFixed(1)} s.</footer>`,
    '</body></html>',
    '',
  ].join('\n');
}

function verdictBox(result: ChaosResult): string {
  const { headline, sentence } = verdictWords(result);
  return `<div class="verdict ${result.verdict}"><strong>${escapeHtml(headline)}</strong><p>${escapeHtml(sentence)}</p></div>`;
}

function numbers(result: ChaosResult): string {
  const { spurious, lost, doubled, wrong, operations, stalls, takeovers } = result;
  const clients = Object.entries(result.clients).map(([kind, many]) => `${many} ${kind}`);
  const items: readonly (readonly [string, string])[] = [
    [count(spurious), 'spurious errors'],
    [count(lost), 'lost operations'],
    [count(doubled), 'doubled operations'],
    ...(wrong === 0 ? [] : [[count(wrong), 'other wrong answers'] as const]),
    [count(operations), 'operations'],
    [count(stalls.length), 'faults'],
    [count(takeovers.length), 'takeovers'],
    [`${Math.round(result.durationSeconds)} s`, 'long'],
    [`${result.workers}`, `workers${clients.length === 0 ? '' : ` (${clients.join(', ')})`}`],
    ...(result.refusedForSpace === 0
      ? []
      : [[count(result.refusedForSpace), 'refused while the disk was full'] as const]),
    ...(result.unknownOutcomes === 0
      ? []
      : [[count(result.unknownOutcomes), 'of unknown outcome'] as const]),
  ];
  const list = items.map(([value, what]) => `<li><b>${value}</b>${escapeHtml(what)}</li>`);
  return `<ul class="numbers">${list.join('')}</ul>`;
}

function findingText({
  category,
  object,
  atMicroseconds,
  message,
}: ChaosResult['findings'][number]): string {
  return `${category} in ${object} at ${(atMicroseconds / 1_000_000).toFixed(3)} s: ${message}`;
}

function listSection(title: string, texts: readonly string[]): string {
  if (texts.length === 0) return '';
  const items = texts.map((text) => `<li>${escapeHtml(text)}</li>`);
  return `<section><h2>${title}</h2><ol class="findings">${items.join('\n')}</ol></section>`;
}
