import type { Attributes, Call, Outcome, Result } from '../../history/call.ts';
import { applyCall } from './apply-call.ts';
import type { ModelState, NodeId } from './state.ts';
import type { ModelReply } from './transition.ts';
import { sizeBytesOf } from './transition.ts';

/** A call with what was answered. */
export interface Answered {
  readonly id: string;
  readonly call: Call;
  readonly outcome: Outcome;
}

/**
 * The state after the call, executed alone in `state`, if that gives what was answered; undefined if it gives
 * something else. A call without effect gives the same object. An unknown outcome fits everything.
 */
export function stateAfter(state: ModelState, answered: Answered): ModelState | undefined {
  const { call, outcome } = answered;
  const newIno = outcome.status === 'ok' ? outcome.result.attributes?.ino : undefined;
  const transition = applyCall(state, call, { id: answered.id, newIno });
  switch (outcome.status) {
    case 'unknown':
      return transition.ok ? transition.state : state;
    case 'error':
      return !transition.ok && transition.codes.has(outcome.code) ? state : undefined;
    case 'ok':
      return transition.ok ? fitted(transition.state, transition.reply, outcome.result) : undefined;
  }
}

/** The state with inode numbers that the result shows for the first time, or undefined if the result does not fit. */
function fitted(state: ModelState, reply: ModelReply, result: Result): ModelState | undefined {
  if (!sameList(reply.blocks, result.blocks) || reply.target !== result.target) return undefined;
  const withEntries = fittedEntries(state, reply.entries, result.entries);
  if (withEntries === undefined || result.attributes === undefined) return withEntries;
  return fittedAttributes(withEntries, reply.node, result.attributes);
}

function fittedAttributes(
  state: ModelState,
  id: NodeId | undefined,
  attributes: Attributes,
): ModelState | undefined {
  const node = id === undefined ? undefined : state.get(id);
  if (id === undefined || node?.type !== attributes.type) return undefined;
  if (node.type !== 'directory' && node.links !== attributes.links) return undefined;
  if (node.type === 'file' && sizeBytesOf(node) !== attributes.sizeBytes) return undefined;
  return bound(state, id, attributes.ino);
}

function fittedEntries(
  state: ModelState,
  entries: ReadonlyMap<string, NodeId> | undefined,
  shown: Result['entries'],
): ModelState | undefined {
  if (entries === undefined || shown === undefined) return entries === shown ? state : undefined;
  if (entries.size !== shown.length) return undefined;
  let after: ModelState | undefined = state;
  const names = new Set<string>();
  for (const [name, ino] of shown) {
    const id = entries.get(name);
    if (id === undefined || names.has(name)) return undefined;
    names.add(name);
    after = bound(after, id, ino);
    if (after === undefined) return undefined;
  }
  return after;
}

function bound(state: ModelState, id: NodeId, ino: number): ModelState | undefined {
  if (typeof id === 'number') return id === ino ? state : undefined;
  return state.has(ino) ? undefined : state.bind(id, ino);
}

function sameList(
  one: readonly string[] | undefined,
  other: readonly string[] | undefined,
): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.length === other.length && one.every((value, index) => value === other[index]);
}
