import type { Attributes, Ino } from '../../history/call.ts';
import type { History, Operation } from '../../history/history.ts';

/** What the auditor saw of a directory. */
export interface FinalDirectory {
  readonly path: string;
  readonly entries: readonly FinalEntry[];
}

export interface FinalEntry {
  readonly name: string;
  /** As READDIR showed it. */
  readonly ino: Ino;
  /** As LOOKUP showed it; undefined where that failed. */
  readonly attributes: Attributes | undefined;
}

/** Everything that the auditor read when the workers had ended. */
export interface FinalTree {
  readonly directories: ReadonlyMap<Ino, FinalDirectory>;
  /** Stamps of all blocks that could be read. */
  readonly contents: ReadonlyMap<Ino, readonly string[]>;
  /** Calls of the auditor that failed. */
  readonly failed: readonly Operation[];
}

/** Undefined if the history has no audit. */
export function finalTreeOf(history: History): FinalTree | undefined {
  const { auditor, roots } = history.header;
  const calls = history.operations.filter(({ client }) => client === auditor);
  if (calls.length === 0) return undefined;
  const paths = new Map(roots.map(({ ino, path }) => [ino, path]));
  const looked = new Map<string, Attributes>();
  const contents = new Map<Ino, string[]>();
  for (const { call, outcome } of calls) {
    if (outcome.status !== 'ok') continue;
    const { attributes, blocks } = outcome.result;
    if (call.kind === 'lookup' && attributes !== undefined) {
      looked.set(`${call.directory}/${call.name}`, attributes);
      const path = `${paths.get(call.directory) ?? String(call.directory)}/${call.name}`;
      if (attributes.type === 'directory') paths.set(attributes.ino, path);
    }
    if (call.kind === 'read' && blocks !== undefined) {
      const content = contents.get(call.file) ?? [];
      content.splice(call.block, blocks.length, ...blocks);
      contents.set(call.file, content);
    }
  }

  const directories = new Map<Ino, FinalDirectory>();
  for (const { call, outcome } of calls) {
    if (call.kind !== 'readdir' || outcome.status !== 'ok') continue;
    const entries = (outcome.result.entries ?? []).map(([name, ino]) => ({
      name,
      ino,
      attributes: looked.get(`${call.directory}/${name}`),
    }));
    directories.set(call.directory, {
      path: paths.get(call.directory) ?? String(call.directory),
      entries,
    });
  }
  return { directories, contents, failed: calls.filter(({ outcome }) => outcome.status !== 'ok') };
}
