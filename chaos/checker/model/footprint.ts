import type { Answered } from './fit.ts';

/**
 * What a call looks at and what it may change, as sets of keys. Two calls of which neither changes what the other looks at
 * or changes give the same results and the same state in both orders; the search relies on it.
 */
export interface Footprint {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

const everyName = (directory: number): string => `name ${directory} *`;
const nameKey = (directory: number, name: string): string =>
  `name ${directory} ${JSON.stringify(name)}`;
const fileKey = (ino: number): string => `file ${ino}`;
const directoryKey = (ino: number): string => `directory ${ino}`;
/** Which file a name leads to is known only in a state: any file. */
const anyFile = 'file *';
const anyDirectory = 'directory *';

export function footprintOf({ call, outcome }: Answered): Footprint {
  const result = outcome.status === 'ok' ? outcome.result : undefined;
  const shown = result?.attributes?.ino;
  switch (call.kind) {
    case 'lookup':
      return {
        reads: [
          directoryKey(call.directory),
          nameKey(call.directory, call.name),
          ...(shown === undefined ? [] : [fileKey(shown)]),
        ],
        writes: [],
      };
    case 'create':
      return {
        reads: [directoryKey(call.directory)],
        // An existing file is cut.
        writes: [
          nameKey(call.directory, call.name),
          shown === undefined ? anyFile : fileKey(shown),
        ],
      };
    case 'mkdir':
      return {
        reads: [directoryKey(call.directory)],
        writes: [
          nameKey(call.directory, call.name),
          ...(shown === undefined ? [] : [directoryKey(shown)]),
        ],
      };
    case 'symlink':
      return {
        reads: [directoryKey(call.directory)],
        writes: [nameKey(call.directory, call.name)],
      };
    case 'remove':
      return {
        reads: [directoryKey(call.directory)],
        writes: [nameKey(call.directory, call.name), anyFile],
      };
    case 'rmdir':
      return {
        reads: [directoryKey(call.directory)],
        writes: [nameKey(call.directory, call.name), anyDirectory],
      };
    case 'rename':
      return {
        reads: [],
        writes: [
          nameKey(call.directory, call.name),
          nameKey(call.toDirectory, call.toName),
          anyFile,
          anyDirectory,
        ],
      };
    case 'link':
      return {
        reads: [directoryKey(call.directory), directoryKey(call.file)],
        writes: [nameKey(call.directory, call.name), fileKey(call.file)],
      };
    case 'write':
    case 'truncate':
      return { reads: [directoryKey(call.file)], writes: [fileKey(call.file)] };
    case 'read':
    case 'getattr':
    case 'readlink':
      return { reads: [directoryKey(call.file), fileKey(call.file)], writes: [] };
    case 'readdir':
      return { reads: [directoryKey(call.directory), everyName(call.directory)], writes: [] };
  }
}

export function conflict(one: Footprint, other: Footprint): boolean {
  return (
    meet(one.writes, other.writes) || meet(one.writes, other.reads) || meet(one.reads, other.writes)
  );
}

function meet(some: readonly string[], others: readonly string[]): boolean {
  return some.some((key) => others.some((other) => overlap(key, other)));
}

function overlap(one: string, other: string): boolean {
  if (one === other) return true;
  if (one.endsWith(' *')) return other.startsWith(one.slice(0, -1));
  return other.endsWith(' *') && one.startsWith(other.slice(0, -1));
}
