import type { History, Takeover } from '../history/history.ts';
import { type Summary, summaryOf } from './statistics.ts';

/** One part of all takeovers of a run. */
export interface TakeoverPartRow extends Summary {
  readonly part: string;
}

/** As they follow each other. The registration with PAM goes on while clients are served. */
const order = [
  'detect',
  'probe',
  'claim',
  'copy',
  'open',
  'initialise',
  'first answer',
  'register',
] as const;

/**
 * How long each part of a takeover took: those that the servers told, how long it took before them until a kill was
 * noticed, and after them until a client had an answer.
 */
export function takeoverParts(history: History): TakeoverPartRow[] {
  const answers = history.operations
    .flatMap(({ respondedMicroseconds }) => respondedMicroseconds ?? [])
    .sort((a, b) => a - b);
  const parts = new Map<string, number[]>();
  const note = (part: string, milliseconds: number): void => {
    const list = parts.get(part);
    if (list === undefined) parts.set(part, [milliseconds]);
    else list.push(milliseconds);
  };
  for (const takeover of history.takeovers) {
    const killedAt = killBefore(history, takeover);
    if (killedAt !== undefined) note('detect', (takeover.beganMicroseconds - killedAt) / 1000);
    for (const [part, milliseconds] of Object.entries(takeover.partsMs)) note(part, milliseconds);
    const answer = answers.find((at) => at >= takeover.servedMicroseconds);
    if (answer !== undefined) {
      note('first answer', (answer - takeover.servedMicroseconds) / 1000);
    }
  }
  const known: readonly string[] = order;
  const names = [...order, ...[...parts.keys()].filter((part) => !known.includes(part))];
  return names.flatMap((part) => {
    const values = parts.get(part);
    return values === undefined ? [] : [{ part, ...summaryOf(values) }];
  });
}

/** When the kill was that it answers. How soon other faults are answered is a matter of the silence, or of their own. */
function killBefore(history: History, takeover: Takeover): number | undefined {
  return history.disturbances.find(
    ({ event, atMicroseconds, untilMicroseconds = Infinity }) =>
      event === 'kill' &&
      atMicroseconds <= takeover.beganMicroseconds &&
      takeover.beganMicroseconds <= untilMicroseconds,
  )?.atMicroseconds;
}
