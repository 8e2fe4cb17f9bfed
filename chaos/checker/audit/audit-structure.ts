import type { Attributes, Ino } from '../../history/call.ts';
import { formatCall, formatOutcome } from '../../history/call.ts';
import { operationId } from '../../history/history.ts';
import type { Finding } from '../finding.ts';
import type { FinalTree } from './final-tree.ts';

interface Named {
  readonly paths: string[];
  readonly attributes: Attributes;
}

/** What must hold in every file system, whatever was done to it: names are unique, counts are right, all can be read. */
export function auditStructure(tree: FinalTree): Finding[] {
  const findings: Finding[] = [];
  const nodes = new Map<Ino, Named>();
  const wrong = (path: string, text: string): void => {
    findings.push({
      category: 'wrong',
      object: path.slice(0, path.indexOf('/')),
      operation: '',
      atMicroseconds: 0,
      message: `At the end, ${path} ${text}.`,
    });
  };

  for (const directory of tree.directories.values()) {
    const names = new Set<string>();
    for (const { name, ino, attributes } of directory.entries) {
      const path = `${directory.path}/${name}`;
      if (names.has(name)) wrong(path, 'is listed twice');
      names.add(name);
      if (attributes === undefined) wrong(path, 'is listed, but cannot be looked up');
      else if (attributes.ino !== ino)
        wrong(path, `is listed as inode ${ino}, but is ${attributes.ino}`);
      if (attributes === undefined) continue;
      const node = nodes.get(attributes.ino) ?? { paths: [], attributes };
      node.paths.push(path);
      nodes.set(attributes.ino, node);
    }
  }
  for (const { paths, attributes } of nodes.values()) {
    const [path = ''] = paths;
    const also = paths.length > 1 ? ` (also ${paths.slice(1).join(', ')})` : '';
    if (attributes.type === 'directory') {
      if (paths.length > 1) wrong(path, `is a directory with several names${also}`);
      const links = directoryLinks(tree, attributes.ino);
      if (links !== undefined && links !== attributes.links) {
        wrong(path, `has a link count of ${attributes.links}, but should have ${links}`);
      }
    } else if (attributes.links !== paths.length) {
      wrong(path, `has a link count of ${attributes.links}, but ${paths.length} names${also}`);
    }
  }
  for (const operation of tree.failed) {
    findings.push({
      category: 'wrong',
      object: 'audit',
      operation: operationId(operation),
      atMicroseconds: operation.respondedMicroseconds ?? 0,
      message: `At the end, ${formatCall(operation.call)} gives ${formatOutcome(operation.outcome)}.`,
    });
  }
  return findings;
}

/** Its name, its own `.`, and the `..` of each subdirectory. Undefined where the directory could not be read. */
function directoryLinks(tree: FinalTree, ino: Ino): number | undefined {
  const directory = tree.directories.get(ino);
  if (directory === undefined) return undefined;
  return 2 + directory.entries.filter(({ attributes }) => attributes?.type === 'directory').length;
}
