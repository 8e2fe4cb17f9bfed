import type { History, Operation } from '../../history/history.ts';
import { operationId } from '../../history/history.ts';
import type { Finding } from '../finding.ts';
import type { FinalTree } from './final-tree.ts';
import { isBefore, nameEvidence, nameKey } from './name-evidence.ts';

/** Every name that was made is there, and no name is there that nobody made or that was removed. */
export function auditNames(history: History, tree: FinalTree): Finding[] {
  const evidence = nameEvidence(history.operations);
  const findings: Finding[] = [];
  for (const [ino, directory] of tree.directories) {
    for (const { name } of directory.entries) {
      const { maybeMade = [], removed = [] } = evidence.get(nameKey(ino, name)) ?? {};
      const after = removed.find((remover) => maybeMade.every((maker) => isBefore(maker, remover)));
      const path = `${directory.path}/${name}`;
      if (maybeMade.length === 0) {
        findings.push(finding('wrong', path, undefined, 'is there, but nobody made it'));
      } else if (after !== undefined) {
        const text = `is there, though operation ${operationId(after)} removed it and nobody made it again`;
        findings.push(finding('lost', path, after, text));
      }
    }
  }
  return [...findings, ...missingNames(evidence, tree)];
}

function missingNames(evidence: ReturnType<typeof nameEvidence>, tree: FinalTree): Finding[] {
  const findings: Finding[] = [];
  for (const [ino, directory] of tree.directories) {
    const present = new Set(directory.entries.map(({ name }) => name));
    for (const [key, { made, maybeRemoved }] of evidence) {
      const name = key.slice(key.indexOf('/') + 1);
      if (key !== nameKey(ino, name) || present.has(name)) continue;
      const last = made.find((maker) => maybeRemoved.every((remover) => isBefore(remover, maker)));
      if (last === undefined) continue;
      const text = `is not there, though operation ${operationId(last)} made it and nobody removed it since`;
      findings.push(finding('lost', `${directory.path}/${name}`, last, text));
    }
  }
  return findings;
}

function finding(
  category: Finding['category'],
  path: string,
  operation: Operation | undefined,
  text: string,
): Finding {
  return {
    category,
    object: path.slice(0, path.indexOf('/')),
    operation: operation === undefined ? '' : operationId(operation),
    atMicroseconds: operation?.respondedMicroseconds ?? 0,
    message: `At the end, ${path} ${text}.`,
  };
}
