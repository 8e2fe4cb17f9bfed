import type { Disturbance, History, Operation } from '../history/history.ts';

export interface Stall {
  readonly node: string;
  readonly moment: string;
  readonly atMicroseconds: number;
  /** Undefined if nobody was answered again. */
  readonly stallMs: number | undefined;
}

export interface StallSummary {
  readonly medianMs: number | undefined;
  readonly worstMs: number | undefined;
}

/**
 * What each kill cost its clients: the longest time that any of them went without a reply, counted from the kill up to
 * the client's first reply to a call that it sent after the kill. (A reply that was under way already ends no stall.)
 */
export function stallsOf(history: History): Stall[] {
  const kills = history.disturbances.filter(({ event }) => event === 'kill');
  const answered = history.operations
    .filter(({ client }) => client !== history.header.auditor)
    .filter(({ respondedMicroseconds }) => respondedMicroseconds !== undefined)
    .sort((a, b) => endOf(a) - endOf(b));
  const clients = new Map<number, Operation[]>();
  for (const operation of answered) {
    const list = clients.get(operation.client);
    if (list === undefined) clients.set(operation.client, [operation]);
    else list.push(operation);
  }
  return kills.map((kill) => {
    const gaps = [...clients.values()].flatMap((operations) => gapOf(kill, operations) ?? []);
    return {
      node: kill.node,
      moment: kill.moment,
      atMicroseconds: kill.atMicroseconds,
      stallMs: gaps.length === 0 ? undefined : Math.max(...gaps) / 1000,
    };
  });
}

export function summarize(stalls: readonly Stall[]): StallSummary {
  const known = stalls.flatMap(({ stallMs }) => stallMs ?? []).sort((a, b) => a - b);
  const middle = known.length / 2;
  const low = known[Math.ceil(middle) - 1];
  const high = known[Math.floor(middle)];
  return {
    medianMs: low === undefined || high === undefined ? undefined : (low + high) / 2,
    worstMs: known.at(-1),
  };
}

/** In microseconds. `operations`: those of one client, in the order of their replies. */
function gapOf(kill: Disturbance, operations: readonly Operation[]): number | undefined {
  let last = kill.atMicroseconds;
  let longest = 0;
  for (const operation of operations.slice(firstAfter(operations, kill.atMicroseconds))) {
    longest = Math.max(longest, endOf(operation) - last);
    last = endOf(operation);
    if (operation.invokedMicroseconds > kill.atMicroseconds) return longest;
  }
  return undefined;
}

function firstAfter(operations: readonly Operation[], time: number): number {
  let low = 0;
  let high = operations.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const operation = operations[middle];
    if (operation !== undefined && endOf(operation) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function endOf({ respondedMicroseconds }: Operation): number {
  return respondedMicroseconds ?? Infinity;
}
