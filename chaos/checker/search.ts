import { isMutating } from '../history/call.ts';
import { stateAfter } from './model/fit.ts';
import { conflict } from './model/footprint.ts';
import type { ModelState } from './model/state.ts';
import type { End, Item, Timeline } from './timeline.ts';

/**
 * A place in the search: everything that was over before `ends[at]` has taken effect, in an order that gives all their
 * answers. Nodes lead back to the start, so that the order found can be told.
 */
export interface SearchNode {
  readonly at: number;
  readonly state: ModelState;
  /** Items that have taken effect and are not over yet, ascending. */
  readonly done: readonly number[];
  readonly previous: SearchNode | undefined;
}

export type SearchResult =
  /** An order was found; up to `until`, where that was given. */
  | { readonly kind: 'fits'; readonly last: SearchNode; readonly steps: number }
  /** No order gives the answer of the item that ends at `ends[last.at]`; the calls before it still fit. */
  | { readonly kind: 'stuck'; readonly last: SearchNode; readonly steps: number }
  /** The limit was reached before one or the other was known. */
  | { readonly kind: 'undecided'; readonly last: SearchNode; readonly steps: number };

export interface SearchLimits {
  readonly stepsMax: number;
  /** Stop with success before this end. */
  readonly until?: number;
}

export function startNode(state: ModelState): SearchNode {
  return { at: 0, state, done: [], previous: undefined };
}

/**
 * Looks for one sequential order of the calls that gives every answer and keeps every call between its beginning and its
 * end: the search of Wing and Gong (1993) with the memory of Lowe (2017), just in time: a call takes effect
 * only when its own end, or one that depends on it, asks for it. Depth first, since a correct history mostly takes the
 * first way, and complete: `stuck` means that every way was tried.
 */
export function search(timeline: Timeline, start: SearchNode, limits: SearchLimits): SearchResult {
  const until = limits.until ?? timeline.ends.length;
  const seen = new SeenNodes();
  const stack: SearchNode[] = [start];
  let furthest = start;
  let steps = 0;
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.at > furthest.at) furthest = node;
    const end = timeline.ends[node.at];
    if (end === undefined || node.at >= until) return { kind: 'fits', last: node, steps };
    if (steps >= limits.stepsMax) return { kind: 'undecided', last: furthest, steps };
    steps += 1;
    if (!seen.add(node)) continue;
    stack.push(...nextNodes(timeline, node, end));
  }
  return { kind: 'stuck', last: furthest, steps };
}

/** Where the search can go from here; the most promising one last. */
function nextNodes(timeline: Timeline, node: SearchNode, end: End): SearchNode[] {
  const quick = withoutChoice(timeline, node, end);
  const over = timeline.items[end.item];
  if (quick.done.includes(end.item)) return [past(quick, end)];
  // A call of unknown outcome whose time is over just never took effect.
  const nodes = over?.required === false ? [past(quick, end)] : [];
  for (const index of relevant(timeline, quick, end)) {
    const state = after(timeline, quick.state, index);
    if (state === undefined) continue;
    // As good as never executed.
    if (state === quick.state && timeline.items[index]?.required === false) continue;
    const done = [...quick.done, index].sort((a, b) => a - b);
    const next = { ...quick, state, done, previous: node };
    nodes.push(index === end.item ? past(next, end) : next);
  }
  return nodes;
}

/**
 * Open calls that can never change anything take effect as soon as their answer fits: waiting could not help them, and
 * they do not disturb the others.
 */
function withoutChoice(timeline: Timeline, node: SearchNode, end: End): SearchNode {
  const more = end.open.filter(
    (index) =>
      !node.done.includes(index) &&
      isWithoutEffect(timeline.items[index]) &&
      after(timeline, node.state, index) === node.state,
  );
  if (more.length === 0) return node;
  return { ...node, done: [...node.done, ...more].sort((a, b) => a - b), previous: node };
}

/**
 * The open calls that may have to take effect before the one that ends: itself, and whatever conflicts with one of
 * these. All others could as well take effect later. The one that ends comes last.
 */
function relevant(timeline: Timeline, node: SearchNode, end: End): number[] {
  const left = new Set(end.open.filter((index) => !node.done.includes(index)));
  left.delete(end.item);
  const chosen = [end.item];
  // The list grows while it is walked.
  for (const one of chosen) {
    for (const index of left) {
      if (!conflicting(timeline, one, index)) continue;
      chosen.push(index);
      left.delete(index);
    }
  }
  return chosen.reverse();
}

/** Whatever the state. A call that succeeds may change nothing in one state and something in another. */
function isWithoutEffect(item: Item | undefined): boolean {
  return item?.required === true && (item.outcome.status === 'error' || !isMutating(item.call));
}

function conflicting(timeline: Timeline, one: number, other: number): boolean {
  const first = timeline.footprints[one];
  const second = timeline.footprints[other];
  return first !== undefined && second !== undefined && conflict(first, second);
}

function after(timeline: Timeline, state: ModelState, index: number): ModelState | undefined {
  const item: Item | undefined = timeline.items[index];
  return item === undefined ? undefined : stateAfter(state, item);
}

function past(node: SearchNode, end: End): SearchNode {
  return {
    ...node,
    at: node.at + 1,
    done: node.done.filter((index) => index !== end.item),
    previous: node,
  };
}

/** Places where the search has been. Exact: hashes only find what to compare. */
class SeenNodes {
  readonly #byHash = new Map<number, SearchNode[]>();

  /** False if an equal node was added before. */
  add(node: SearchNode): boolean {
    // The place and 32 bits of the state: an exact integer for more places than a history has.
    const hash = node.at * 2 ** 32 + (node.state.hash >>> 0);
    const alike = this.#byHash.get(hash);
    if (alike === undefined) {
      this.#byHash.set(hash, [node]);
      return true;
    }
    if (alike.some((other) => isSame(node, other))) return false;
    alike.push(node);
    return true;
  }
}

function isSame(one: SearchNode, other: SearchNode): boolean {
  return (
    one.at === other.at &&
    one.done.length === other.done.length &&
    one.done.every((index, position) => index === other.done[position]) &&
    one.state.equals(other.state)
  );
}
