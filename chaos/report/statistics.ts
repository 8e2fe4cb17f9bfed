/** What many measured times come to, in ms. Null where there are none. */
export interface Summary {
  readonly count: number;
  readonly medianMs: number | null;
  readonly p99Ms: number | null;
  readonly worstMs: number | null;
}

export function summaryOf(valuesMs: readonly number[]): Summary {
  const sorted = [...valuesMs].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1];
  const high = sorted[Math.floor(middle)];
  return {
    count: sorted.length,
    medianMs: low === undefined || high === undefined ? null : (low + high) / 2,
    // Nearest rank: the smallest value that at least 99 of 100 do not exceed.
    p99Ms: sorted[Math.ceil(sorted.length * 0.99) - 1] ?? null,
    worstMs: sorted.at(-1) ?? null,
  };
}
