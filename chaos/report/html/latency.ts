import { boundMs, type Histogram } from '../histogram.ts';
import { count, percent, short, stretchedSvg } from './markup.ts';

const height = 100;

/** How long calls took: both axes are logarithmic, since the few long ones are what matters. */
export function latencySection(latencies: Histogram): string {
  const { counts } = latencies;
  const total = counts.reduce((sum, value) => sum + value, 0);
  if (total === 0) return '';
  const most = Math.max(...counts);
  // One answer is still to be seen.
  const scale = (value: number): number => (value === 0 ? 0 : (1 + Math.log10(value)) / top);
  const top = 1 + Math.ceil(Math.log10(most));
  const bars = counts.map((value, bucket) => {
    const tall = height * scale(value);
    return `M${short(bucket + 0.06)} ${height}V${short(height - tall)}h0.88V${height}Z`;
  });
  const svg = stretchedSvg(counts.length, height, 'Histogram of latencies', [
    `<path d="${bars.join('')}"/>`,
  ]);
  const powers = Array.from({ length: top }, (_, power) => 10 ** power);
  const lines = powers.map(
    (value) => `<i style="bottom:${percent(scale(value))}"><span>${count(value)}</span></i>`,
  );
  return [
    '<section><h2>Latencies</h2>',
    `<p>From a call to its answer, ${count(total)} calls of the workers; both axes are logarithmic.</p>`,
    `<div class="histogram"><div class="grid">${lines.join('')}</div>${svg}</div>`,
    `<div class="axis">${ticksOf(latencies).join('')}</div>`,
    '</section>',
  ].join('\n');
}

/** At each power of ten. */
function ticksOf(latencies: Histogram): string[] {
  const { counts, bucketsPerDecade } = latencies;
  return counts.flatMap((_, bucket) =>
    bucket % bucketsPerDecade === 0
      ? [
          `<span style="left:${percent(bucket / counts.length)}">${timeText(boundMs(latencies, bucket))}</span>`,
        ]
      : [],
  );
}

function timeText(milliseconds: number): string {
  return milliseconds < 1_000 ? `${short(milliseconds)} ms` : `${short(milliseconds / 1_000)} s`;
}
