import { faultKinds } from '../faults/fault.ts';
import type { Stall } from './stalls.ts';
import { type Summary, summaryOf } from './statistics.ts';

/** What one kind of fault cost. */
export interface FaultRow {
  readonly kind: string;
  /** Faults that ended before anybody took over are counted apart. */
  readonly takenOver: boolean;
  readonly times: number;
  readonly stall: Summary;
  readonly stockStall: Summary;
  /** What is wanted of the stall, and whether it is so; null where nothing is. */
  readonly goal: { readonly text: string; readonly isMet: boolean } | null;
}

/** How long a primary is silent before it is replaced. */
const silenceMs = 1_000;
/** Goals are for takeovers; of the other faults only correctness is asked. */
const goals: Readonly<Record<string, { text: string; isMet: (stall: Summary) => boolean }>> = {
  kill: {
    text: 'median 100 ms, p99 250 ms',
    isMet: ({ medianMs, p99Ms }) => (medianMs ?? Infinity) <= 100 && (p99Ms ?? Infinity) <= 250,
  },
  pause: {
    text: `at most ${silenceMs + 250} ms`,
    isMet: ({ worstMs }) => (worstMs ?? Infinity) <= silenceMs + 250,
  },
  switchover: { text: 'median 50 ms', isMet: ({ medianMs }) => (medianMs ?? Infinity) <= 50 },
};

/** Each kind with its takeovers first. */
export function faultRows(stalls: readonly Stall[]): FaultRow[] {
  const groups = new Map<string, Stall[]>();
  for (const stall of stalls) {
    const key = `${stall.kind} ${stall.takenOver}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [stall]);
    else group.push(stall);
  }
  const sorted = [...groups.values()].sort((a, b) => rankOf(a) - rankOf(b));
  return sorted.flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { kind, takenOver } = first;
    const stall = summaryOf(group.flatMap(({ stallMs }) => stallMs ?? []));
    const goal = takenOver && stall.count > 0 ? goals[kind] : undefined;
    return [
      {
        kind,
        takenOver,
        times: group.length,
        stall,
        stockStall: summaryOf(group.flatMap(({ stockStallMs }) => stockStallMs ?? [])),
        goal: goal === undefined ? null : { text: goal.text, isMet: goal.isMet(stall) },
      },
    ];
  });
}

function rankOf([first]: readonly Stall[]): number {
  if (first === undefined) return 0;
  return 2 * faultKinds.findIndex((kind) => kind === first.kind) + (first.takenOver ? 0 : 1);
}
