import type { Call, Ino, Outcome } from '../history/call.ts';
import type { History, Operation, Root } from '../history/history.ts';

/**
 * Directories and files that no call connects with anything else. Objects can be checked one by one: a history is
 * linearizable exactly when the history of each object is (Herlihy and Wing, 1990).
 */
export interface HistoryObject {
  /** For messages: `shared-0 + shared-1`. */
  readonly name: string;
  readonly roots: readonly Root[];
  /** In the order of their invocations. */
  readonly operations: readonly Operation[];
}

/** Splits a history into its objects. RENAME and LINK join the directories that they touch. */
export function objectsOf(history: History): HistoryObject[] {
  const groups = new Groups();
  for (const { ino } of history.header.roots) groups.join([ino]);
  for (const { call, outcome } of history.operations) groups.join(inosOf(call, outcome));

  const roots = new Map<Ino, Root[]>();
  for (const root of history.header.roots) append(roots, groups.find(root.ino), root);
  const operations = new Map<Ino, Operation[]>();
  for (const operation of history.operations) {
    const [ino = 0] = inosOf(operation.call, operation.outcome);
    append(operations, groups.find(ino), operation);
  }
  return [...operations].map(([group, list]) => ({
    name: nameOf(roots.get(group) ?? []),
    roots: roots.get(group) ?? [],
    operations: list.sort((a, b) => a.invokedMicroseconds - b.invokedMicroseconds),
  }));
}

/** Every inode number that a call and its answer name; never empty. */
function inosOf(call: Call, outcome: Outcome): Ino[] {
  const result = outcome.status === 'ok' ? outcome.result : {};
  return [
    ...('directory' in call ? [call.directory] : []),
    ...('toDirectory' in call ? [call.toDirectory] : []),
    ...('file' in call ? [call.file] : []),
    ...(result.attributes === undefined ? [] : [result.attributes.ino]),
    ...(result.entries ?? []).map(([, ino]) => ino),
  ];
}

function nameOf(roots: readonly Root[]): string {
  return roots.length === 0 ? 'unknown directories' : roots.map(({ path }) => path).join(' + ');
}

function append<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** Disjoint sets with path halving. */
class Groups {
  readonly #above = new Map<Ino, Ino>();

  join(inos: readonly Ino[]): void {
    const [first, ...others] = inos;
    if (first === undefined) return;
    const top = this.find(first);
    for (const ino of others) this.#above.set(this.find(ino), top);
  }

  find(ino: Ino): Ino {
    let at = ino;
    for (;;) {
      const above = this.#above.get(at) ?? at;
      if (above === at) return at;
      const next = this.#above.get(above) ?? above;
      this.#above.set(at, next);
      at = next;
    }
  }
}
