import type { Ino } from '../../history/call.ts';
import type { History, Operation } from '../../history/history.ts';
import { operationId } from '../../history/history.ts';
import { blockBytes } from '../../history/limits.ts';
import { holeStamp, strangeMark } from '../../history/stamp.ts';
import type { Category, Finding } from '../finding.ts';
import type { FinalTree } from './final-tree.ts';
import { isBefore } from './name-evidence.ts';

/** The calls that may have changed a file's content. */
interface ContentEvidence {
  /** By stamp. */
  readonly writes: Map<string, Operation>;
  /** What may have cut the file: TRUNCATE, and CREATE of an existing name. */
  readonly cuts: Operation[];
}

/** Every byte at the end was written by the call whose stamp it bears, and by no earlier one than it must be. */
export function auditContent(history: History, tree: FinalTree): Finding[] {
  const evidence = contentEvidence(history);
  const findings: Finding[] = [];
  for (const [path, ino, sizeBytes] of filesOf(tree)) {
    const content = tree.contents.get(ino) ?? [];
    const about = (category: Category, operation: Operation | undefined, text: string): void => {
      findings.push({
        category,
        object: path.slice(0, path.indexOf('/')),
        operation: operation === undefined ? '' : operationId(operation),
        atMicroseconds: operation?.respondedMicroseconds ?? 0,
        message: `At the end, ${path} ${text}.`,
      });
    };
    if (sizeBytes !== content.length * blockBytes) {
      about(
        'wrong',
        undefined,
        `has ${sizeBytes} bytes, but ${content.length * blockBytes} can be read`,
      );
    }
    const file = evidence.get(ino) ?? { writes: new Map<string, Operation>(), cuts: [] };
    for (let block = 0; block < blocksTouched(file, content); block += 1) {
      const problem = problemOf(file, block, content[block]);
      if (problem === undefined) continue;
      about(problem.category, problem.operation, `block ${block}: ${problem.text}`);
      // One per file: what went wrong with one block mostly went wrong with its neighbours.
      break;
    }
  }
  return findings;
}

interface Problem {
  readonly category: Category;
  readonly operation?: Operation;
  readonly text: string;
}

function problemOf(
  file: ContentEvidence,
  block: number,
  stamp: string | undefined,
): Problem | undefined {
  const writes = [...file.writes.values()].filter((write) => covers(write, block));
  if (stamp === undefined || stamp === holeStamp) {
    const lost = writes.find(
      (write) => write.outcome.status === 'ok' && file.cuts.every((cut) => isBefore(cut, write)),
    );
    if (lost === undefined) return undefined;
    const text = `operation ${operationId(lost)} wrote it and nobody cut the file since, but it is empty`;
    return { category: 'lost', operation: lost, text };
  }
  if (stamp.startsWith(strangeMark)) return { category: 'wrong', text: stamp.slice(1) };
  const writer = file.writes.get(stamp);
  if (writer === undefined || !covers(writer, block)) {
    return { category: 'wrong', text: `it bears the stamp of ${stamp}, which did not write it` };
  }
  const newer = [...writes, ...file.cuts.filter((cut) => cutsOff(cut, block))].find(
    (other) => other.outcome.status === 'ok' && isBefore(writer, other),
  );
  if (newer === undefined) return undefined;
  const text = `operation ${operationId(newer)} came after ${stamp}, but it still has the content of ${stamp}`;
  return { category: 'lost', operation: newer, text };
}

function contentEvidence(history: History): Map<Ino, ContentEvidence> {
  const files = new Map<Ino, ContentEvidence>();
  const at = (ino: Ino): ContentEvidence => {
    const known = files.get(ino) ?? { writes: new Map<string, Operation>(), cuts: [] };
    files.set(ino, known);
    return known;
  };
  const anyFile: Operation[] = [];
  for (const operation of history.operations) {
    const { call, outcome } = operation;
    if (outcome.status === 'error') continue;
    if (call.kind === 'write') at(call.file).writes.set(operationId(operation), operation);
    if (call.kind === 'truncate') at(call.file).cuts.push(operation);
    if (call.kind !== 'create') continue;
    const ino = outcome.status === 'ok' ? outcome.result.attributes?.ino : undefined;
    if (ino === undefined) anyFile.push(operation);
    else at(ino).cuts.push(operation);
  }
  for (const file of files.values()) file.cuts.push(...anyFile);
  return files;
}

function covers(write: Operation, block: number): boolean {
  const { call } = write;
  return call.kind === 'write' && call.block <= block && block < call.block + call.blocks;
}

function cutsOff(cut: Operation, block: number): boolean {
  return cut.call.kind === 'create' || (cut.call.kind === 'truncate' && cut.call.blocks <= block);
}

function blocksTouched(file: ContentEvidence, content: readonly string[]): number {
  const ends = [...file.writes.values()].map(({ call }) =>
    call.kind === 'write' ? call.block + call.blocks : 0,
  );
  return Math.max(content.length, ...ends);
}

/** Path, inode number and size of each file, once. */
function filesOf(tree: FinalTree): (readonly [string, Ino, number])[] {
  const files = new Map<Ino, readonly [string, Ino, number]>();
  for (const { path, entries } of tree.directories.values()) {
    for (const { name, attributes } of entries) {
      if (attributes?.type !== 'file') continue;
      files.set(attributes.ino, [`${path}/${name}`, attributes.ino, attributes.sizeBytes]);
    }
  }
  return [...files.values()];
}
