/** Counts of times in buckets whose bounds grow by the same factor. */
export interface Histogram {
  /** Lower bound of the first bucket, in ms; shorter times are counted there too. */
  readonly fromMs: number;
  readonly bucketsPerDecade: number;
  readonly counts: readonly number[];
}

const fromMs = 0.1;
const bucketsPerDecade = 8;

export function histogramOf(valuesMs: readonly number[]): Histogram {
  const counts: number[] = [];
  for (const value of valuesMs) {
    const bucket = Math.max(0, Math.floor(Math.log10(value / fromMs) * bucketsPerDecade));
    while (counts.length <= bucket) counts.push(0);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return { fromMs, bucketsPerDecade, counts };
}

/** Lower bound of a bucket, in ms. */
export function boundMs(
  { fromMs: from, bucketsPerDecade: perDecade }: Histogram,
  bucket: number,
): number {
  return from * 10 ** (bucket / perDecade);
}
