import type { Ino } from '../../history/call.ts';
import type { Operation } from '../../history/history.ts';

/** The calls that may have made or removed one name. Failed ones are no evidence. */
export interface NameEvidence {
  /** After these, acknowledged, the name is there. */
  readonly made: Operation[];
  /** These may have made the name: `made`, and those of unknown outcome. */
  readonly maybeMade: Operation[];
  /** After these, acknowledged, the name is gone. */
  readonly removed: Operation[];
  /** These may have removed the name. */
  readonly maybeRemoved: Operation[];
}

/** Evidence for each name, by `nameKey`. */
export function nameEvidence(operations: readonly Operation[]): Map<string, NameEvidence> {
  const names = new Map<string, NameEvidence>();
  const at = (directory: Ino, name: string): NameEvidence => {
    const key = nameKey(directory, name);
    const known = names.get(key);
    if (known !== undefined) return known;
    const fresh = { made: [], maybeMade: [], removed: [], maybeRemoved: [] };
    names.set(key, fresh);
    return fresh;
  };
  for (const operation of operations) {
    const { call, outcome } = operation;
    if (outcome.status === 'error') continue;
    const isKnown = outcome.status === 'ok';
    switch (call.kind) {
      case 'create':
      case 'mkdir':
      case 'symlink':
      case 'link': {
        const evidence = at(call.directory, call.name);
        evidence.maybeMade.push(operation);
        if (isKnown) evidence.made.push(operation);
        break;
      }
      case 'remove':
      case 'rmdir': {
        const evidence = at(call.directory, call.name);
        evidence.maybeRemoved.push(operation);
        if (isKnown) evidence.removed.push(operation);
        break;
      }
      case 'rename': {
        // Between two names of one file nothing happens, so the old name may still be there.
        at(call.directory, call.name).maybeRemoved.push(operation);
        const evidence = at(call.toDirectory, call.toName);
        evidence.maybeMade.push(operation);
        if (isKnown) evidence.made.push(operation);
        break;
      }
      case 'lookup':
      case 'write':
      case 'truncate':
      case 'read':
      case 'getattr':
      case 'readlink':
      case 'readdir':
        break;
    }
  }
  return names;
}

export function nameKey(directory: Ino, name: string): string {
  return `${directory}/${name}`;
}

/** Whether `one` was over before `other` began. */
export function isBefore(one: Operation, other: Operation): boolean {
  return (
    one.respondedMicroseconds !== undefined && one.respondedMicroseconds < other.invokedMicroseconds
  );
}
