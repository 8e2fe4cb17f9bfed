import type { Disturbance, Operation } from '../history/history.ts';
import { operationId } from '../history/history.ts';
import { explain } from './explain.ts';
import type { Finding } from './finding.ts';
import { underHypothesis } from './hypothesis.ts';
import { ModelState } from './model/state.ts';
import type { HistoryObject } from './objects.ts';
import type { SearchNode } from './search.ts';
import { search, startNode } from './search.ts';
import type { Item } from './timeline.ts';
import { timelineOf } from './timeline.ts';

export interface ObjectReport {
  readonly name: string;
  readonly operations: number;
  /** No two calls overlap: there is one order only, and the check is exact. */
  readonly isSequential: boolean;
  readonly findings: readonly Finding[];
  /** Why the check of this object has no result, or only the beginning of one; undefined when it is complete. */
  readonly undecided: string | undefined;
  readonly steps: number;
}

export interface ObjectLimits {
  /** Steps of the search in one object. */
  readonly stepsMax: number;
  /** Further steps for finding out what went wrong. */
  readonly explanationStepsMax: number;
  /** After so many findings the rest of an object is not examined any more. */
  readonly findingsMax: number;
}

export const defaultObjectLimits: ObjectLimits = {
  stepsMax: 5_000_000,
  explanationStepsMax: 3_000_000,
  findingsMax: 50,
};

const explanationParts = 8;

/**
 * Checks that some sequential order of an object's calls gives all their answers. Where none does, it looks for what
 * must have gone wrong, notes it, and goes on as if the servers had told.
 */
export function checkObject(
  object: HistoryObject,
  disturbances: readonly Disturbance[],
  limits: ObjectLimits = defaultObjectLimits,
): ObjectReport {
  const findings: Finding[] = [];
  let items: (Item | undefined)[] = object.operations.map(itemOf);
  let timeline = timelineOf(items);
  let start: SearchNode = startNode(ModelState.ofRoots(object.roots.map(({ ino }) => ino)));
  let steps = 0;
  let explanationSteps = 0;
  const report = (undecided: string | undefined): ObjectReport => ({
    name: object.name,
    operations: object.operations.length,
    isSequential: isSequential(object.operations),
    findings,
    undecided,
    steps,
  });

  for (;;) {
    const result = search(timeline, start, { stepsMax: limits.stepsMax - steps });
    steps += result.steps;
    if (result.kind === 'fits') return report(undefined);
    const at = `operation ${timeline.items[timeline.ends[result.last.at]?.item ?? 0]?.id ?? '?'}`;
    if (result.kind === 'undecided') {
      return report(`no order found and none excluded up to ${at} within ${limits.stepsMax} steps`);
    }
    if (findings.length >= limits.findingsMax) {
      return report(`after ${findings.length} findings the rest, from ${at} on, was not examined`);
    }
    const explanation = explain(timeline, result.last, {
      object: object.name,
      disturbances,
      // What is left, in parts, so that one hard case does not use up everything.
      stepsMax: Math.ceil((limits.explanationStepsMax - explanationSteps) / explanationParts),
    });
    explanationSteps += explanation.steps;
    findings.push(explanation.finding);
    items = underHypothesis(items, explanation.hypothesis);
    timeline = timelineOf(items);
    start = explanation.from;
  }
}

function itemOf(operation: Operation): Item {
  return {
    id: operationId(operation),
    client: operation.client,
    call: operation.call,
    outcome: operation.outcome,
    begin: operation.invokedMicroseconds,
    end: operation.respondedMicroseconds,
    required: operation.outcome.status !== 'unknown',
  };
}

/** Operations are in the order of their invocations. */
function isSequential(operations: readonly Operation[]): boolean {
  return operations.every((operation, index) => {
    const next = operations[index + 1];
    const end = operation.respondedMicroseconds ?? Infinity;
    return next === undefined || end < next.invokedMicroseconds;
  });
}
