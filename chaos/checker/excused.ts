import { growingKinds } from '../history/call.ts';
import type { Disturbance, History, Operation } from '../history/history.ts';

/**
 * The history without calls that were refused because the disk was full, while it was: they have done nothing, and no model
 * says when there is room. What such a call did nevertheless is found as a change that nobody made.
 */
export function withoutExcused(history: History): History {
  const full = history.disturbances.filter(({ event }) => event === 'full-disk');
  if (full.length === 0) return history;
  const operations = history.operations.filter((operation) => !isExcused(operation, full));
  return { ...history, operations };
}

function isExcused(operation: Operation, full: readonly Disturbance[]): boolean {
  const { call, outcome, invokedMicroseconds, respondedMicroseconds = Infinity } = operation;
  if (outcome.status !== 'error' || outcome.code !== 'ENOSPC') return false;
  return full.some(
    ({ atMicroseconds, untilMicroseconds = Infinity }) =>
      growingKinds.has(call.kind) &&
      respondedMicroseconds >= atMicroseconds &&
      invokedMicroseconds <= untilMicroseconds,
  );
}
