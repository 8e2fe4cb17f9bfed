import { formatCall, formatOutcome } from '../history/call.ts';
import type { Disturbance } from '../history/history.ts';
import { candidates } from './candidates.ts';
import type { Category, Finding } from './finding.ts';
import type { Hypothesis } from './hypothesis.ts';
import { underHypothesis } from './hypothesis.ts';
import { applyCall } from './model/apply-call.ts';
import { describeReply } from './model/transition.ts';
import type { SearchNode } from './search.ts';
import { search } from './search.ts';
import type { Item, Timeline } from './timeline.ts';
import { timelineOf } from './timeline.ts';

export interface Explanation {
  readonly hypothesis: Hypothesis;
  readonly finding: Finding;
  /** Where the search goes on, under the hypothesis. */
  readonly from: SearchNode;
  readonly steps: number;
}

export interface Surroundings {
  readonly object: string;
  readonly disturbances: readonly Disturbance[];
  /** Steps that the explanation may take; one that runs out of them is plainer, not wrong. */
  readonly stepsMax: number;
}

/** A hypothesis must also explain so many of the answers that come after the one that does not fit. */
const lookAheadEnds = 30;

/**
 * Finds out what may have gone wrong at `furthest`, the furthest place of a search that is stuck: tries one hypothesis
 * after the other, and takes the first that lets the search go on for a while. The last one always helps.
 */
export function explain(
  timeline: Timeline,
  furthest: SearchNode,
  surroundings: Surroundings,
): Explanation {
  const end = timeline.ends[furthest.at];
  const stuck = end === undefined ? undefined : timeline.items[end.item];
  if (end === undefined || stuck === undefined) throw new Error('a search is not stuck at its end');
  const horizon = timeline.ends[Math.min(furthest.at + lookAheadEnds, timeline.ends.length - 1)];
  const path = pathTo(furthest);

  let best: { hypothesis: Hypothesis; from: SearchNode; reached: number } | undefined;
  let steps = 0;
  for (const hypothesis of candidates(timeline, end.item)) {
    const from = nodeBefore(timeline, path, hypothesis.item);
    if (hypothesis.kind === 'wrong') {
      // Always fits; taken where nothing better did.
      best ??= { hypothesis, from, reached: end.at };
      break;
    }
    if (steps > surroundings.stepsMax) continue;
    const trial = tryOut(timeline, hypothesis, from, horizon?.at ?? end.at, surroundings.stepsMax);
    const { reached } = trial;
    steps += trial.steps;
    if (reached <= end.at) continue;
    if (best === undefined || reached > best.reached) best = { hypothesis, from, reached };
    if (reached > (horizon?.at ?? end.at)) break;
  }
  if (best === undefined) throw new Error('the last hypothesis explains everything');
  const finding = describe(timeline, best.hypothesis, stuck, furthest, surroundings);
  return { hypothesis: best.hypothesis, finding, from: best.from, steps };
}

/** The first node for each place on the way. */
function pathTo(furthest: SearchNode): Map<number, SearchNode> {
  const path = new Map<number, SearchNode>();
  for (let node: SearchNode | undefined = furthest; node !== undefined; node = node.previous) {
    path.set(node.at, node);
  }
  return path;
}

/** The last node of the way before the item began: all that a hypothesis about the item changes comes later. */
function nodeBefore(
  timeline: Timeline,
  path: ReadonlyMap<number, SearchNode>,
  item: number,
): SearchNode {
  const begin = timeline.items[item]?.begin ?? 0;
  let found: SearchNode | undefined;
  for (const [at, node] of path) {
    const isBefore = at === 0 || (timeline.ends[at - 1]?.at ?? Infinity) < begin;
    if (found === undefined || (isBefore && at > found.at)) found = isBefore ? node : found;
  }
  if (found === undefined) throw new Error('every way begins somewhere');
  return found;
}

interface Trial {
  /** Time of the first answer that does not fit under the hypothesis; Infinity if all up to just after the horizon do. */
  readonly reached: number;
  readonly steps: number;
}

function tryOut(
  timeline: Timeline,
  hypothesis: Hypothesis,
  from: SearchNode,
  horizon: number,
  stepsMax: number,
): Trial {
  const changed = timelineOf(underHypothesis(timeline.items, hypothesis));
  const after = changed.ends.findIndex(({ at }) => at > horizon);
  const until = after === -1 ? changed.ends.length : after;
  const { kind, last, steps } = search(changed, from, { stepsMax, until });
  return { reached: kind === 'fits' ? Infinity : (changed.ends[last.at]?.at ?? 0), steps };
}

function describe(
  timeline: Timeline,
  hypothesis: Hypothesis,
  stuck: Item,
  furthest: SearchNode,
  surroundings: Surroundings,
): Finding {
  const blamed = timeline.items[hypothesis.item] ?? stuck;
  const message = [
    `${operation(stuck)} was answered ${formatOutcome(stuck.outcome)};`,
    `no order of the calls gives that (expected: ${expected(furthest, stuck)}).`,
    reason(hypothesis, blamed, stuck),
    ...disturbancesDuring(blamed, surroundings.disturbances),
  ].join(' ');
  return {
    category: categoryOf(hypothesis, stuck, blamed),
    object: surroundings.object,
    operation: blamed.id,
    atMicroseconds: stuck.end ?? stuck.begin,
    message,
  };
}

function categoryOf(hypothesis: Hypothesis, stuck: Item, blamed: Item): Category {
  switch (hypothesis.kind) {
    case 'doubled':
      return blamed === stuck && stuck.outcome.status === 'error' ? 'spurious' : 'doubled';
    case 'lost':
      return 'lost';
    case 'wrong':
      return stuck.outcome.status === 'error' ? 'spurious' : 'wrong';
  }
}

function reason(hypothesis: Hypothesis, blamed: Item, stuck: Item): string {
  switch (hypothesis.kind) {
    case 'doubled':
      if (blamed === stuck) {
        return 'It fits if the call was executed twice and the second answer was given.';
      }
      return hypothesis.late
        ? `It fits if ${operation(blamed)} was executed once more after it was over.`
        : `It fits if ${operation(blamed)} was executed twice.`;
    case 'lost':
      return `It fits if ${operation(blamed)}, acknowledged, was lost.`;
    case 'wrong':
      return 'Neither a lost nor a doubled call explains it.';
  }
}

function operation(item: Item): string {
  return `operation ${item.id} ${formatCall(item.call)}`;
}

function expected(node: SearchNode, item: Item): string {
  const transition = applyCall(node.state, item.call, { id: item.id, newIno: undefined });
  if (!transition.ok) return [...transition.codes].join(' or ');
  return formatOutcome({ status: 'ok', result: describeReply(transition.state, transition.reply) });
}

function disturbancesDuring(item: Item, disturbances: readonly Disturbance[]): string[] {
  return disturbances
    .filter(({ atMicroseconds: at }) => at >= item.begin && at <= (item.end ?? Infinity))
    .map(({ event, node, moment }) => `During that call: ${event} of ${node} (${moment}).`);
}
