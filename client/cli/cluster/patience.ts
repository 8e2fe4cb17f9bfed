import { setTimeout as sleep } from 'node:timers/promises';

/** After this time without an answer the user is told what is waited for. */
const noticeAfterMs = 2_000;
const firstPauseMs = 50;
const pauseMaxMs = 1_000;

/** What one attempt gave: an answer, or why there is none yet. */
export type Attempt<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly waitingFor: string };

/**
 * Tries until there is an answer or the patience is over; says once what it waits for. Gives undefined when the
 * patience is over.
 */
export async function patiently<T>(
  attempt: () => Promise<Attempt<T>>,
  patienceMs: number,
  notice: (text: string) => void,
): Promise<T | undefined> {
  const startMs = performance.now();
  const waiting: { for: string | undefined; isTold: boolean } = { for: undefined, isTold: false };
  const tell = () => {
    if (waiting.for !== undefined) notice(`waiting for ${waiting.for}`);
    waiting.isTold = waiting.for !== undefined;
  };
  const timer = setTimeout(tell, noticeAfterMs);
  try {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, pauseMaxMs)) {
      const result = await attempt();
      if (result.ok) return result.value;
      waiting.for = result.waitingFor;
      const waitedMs = performance.now() - startMs;
      // The first answer may have come after the time to tell.
      if (waitedMs >= noticeAfterMs && !waiting.isTold) tell();
      if (waitedMs >= patienceMs) return undefined;
      await sleep(Math.min(pauseMs, patienceMs - waitedMs));
    }
  } finally {
    clearTimeout(timer);
  }
}
