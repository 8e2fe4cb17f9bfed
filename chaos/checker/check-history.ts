import type { History } from '../history/history.ts';
import { auditContent } from './audit/audit-content.ts';
import { auditNames } from './audit/audit-names.ts';
import { auditStructure } from './audit/audit-structure.ts';
import { finalTreeOf } from './audit/final-tree.ts';
import { withoutExcused } from './excused.ts';
import type { ObjectLimits, ObjectReport } from './check-object.ts';
import { checkObject, defaultObjectLimits } from './check-object.ts';
import type { Category, Finding } from './finding.ts';
import { objectsOf } from './objects.ts';

export interface Verdict {
  /** `undecided`: nothing wrong was found, but not everything could be checked. */
  readonly verdict: 'correct' | 'wrong' | 'undecided';
  readonly objects: readonly ObjectReport[];
  /** All findings, in the order of time. */
  readonly findings: readonly Finding[];
  readonly counts: Readonly<Record<Category, number>>;
  /** Why something could not be checked, one sentence each. */
  readonly undecided: readonly string[];
  /** False if the history has no audit at its end. */
  readonly audited: boolean;
}

/**
 * Checks a whole history: each object for one sequential order, and what was there at the end against all that was
 * acknowledged. Pure: no input, output or clock.
 */
export function checkHistory(
  recorded: History,
  limits: ObjectLimits = defaultObjectLimits,
): Verdict {
  const history = withoutExcused(recorded);
  const objects = objectsOf(history).map((object) =>
    checkObject(object, history.disturbances, limits),
  );
  const tree = finalTreeOf(history);
  const ofOrder = objects.flatMap(({ findings }) => findings);
  // The auditor's calls are part of the objects' histories too. What was found there is not counted a second time.
  const blamed = new Set(ofOrder.flatMap(({ object }) => object.split(' + ')));
  const ofAudit =
    tree === undefined
      ? []
      : [
          ...auditStructure(tree),
          ...auditNames(history, tree),
          ...auditContent(history, tree),
        ].filter(({ object }) => !blamed.has(object));
  const findings = [...ofOrder, ...ofAudit].sort((a, b) => a.atMicroseconds - b.atMicroseconds);
  const counts: Record<Category, number> = { spurious: 0, lost: 0, doubled: 0, wrong: 0 };
  for (const { category } of findings) counts[category] += 1;
  const undecided = objects.flatMap(({ name, undecided: reason }) =>
    reason === undefined ? [] : [`${name}: ${reason}.`],
  );
  return {
    verdict: findings.length > 0 ? 'wrong' : undecided.length > 0 ? 'undecided' : 'correct',
    objects,
    findings,
    counts,
    undecided,
    audited: tree !== undefined,
  };
}
