/** Calls per second of `call`, with `outstanding` of them under way at any time, for about `durationMs`. */
export async function callsPerSecond(
  call: (index: number) => Promise<unknown>,
  outstanding: number,
  durationMs: number,
): Promise<number> {
  let index = 0;
  let done = 0;
  const startMs = performance.now();
  const endMs = startMs + durationMs;
  const worker = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const own = index;
      index += 1;
      await call(own);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: outstanding }, worker));
  return done / ((performance.now() - startMs) / 1_000);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Makes so many calls, with `outstanding` of them under way at any time. */
export async function callsUntil(
  calls: number,
  outstanding: number,
  call: (index: number) => Promise<void>,
): Promise<void> {
  let index = 0;
  const worker = async (): Promise<void> => {
    while (index < calls) {
      const own = index;
      index += 1;
      await call(own);
    }
  };
  await Promise.all(Array.from({ length: outstanding }, worker));
}

/** The value that this part of them is not above. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
