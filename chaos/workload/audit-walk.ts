import type { Call, Ino, Outcome } from '../history/call.ts';
import { fileBlocksMax, transferBlocksMax } from '../history/limits.ts';

/** A generator gives one call after the other and is given their outcomes. */
export type Walk = Generator<Call, void, Outcome>;

/** Reads everything below the roots, one call at a time: every directory, every name, all content. */
export function* auditCalls(roots: readonly Ino[]): Walk {
  const seen = new Set<Ino>(roots);
  const directories = [...roots];
  for (
    let directory = directories.shift();
    directory !== undefined;
    directory = directories.shift()
  ) {
    const listing = yield { kind: 'readdir', directory };
    if (listing.status !== 'ok') continue;
    for (const [name] of listing.result.entries ?? []) {
      const looked = yield { kind: 'lookup', directory, name };
      const attributes = looked.status === 'ok' ? looked.result.attributes : undefined;
      if (attributes === undefined || seen.has(attributes.ino)) continue;
      seen.add(attributes.ino);
      if (attributes.type === 'directory') directories.push(attributes.ino);
      else yield* contentCalls(attributes.ino, attributes.type);
    }
  }
}

function* contentCalls(file: Ino, type: 'file' | 'symlink'): Walk {
  if (type === 'symlink') {
    yield { kind: 'readlink', file };
    return;
  }
  for (let block = 0; block < fileBlocksMax; block += transferBlocksMax) {
    yield { kind: 'read', file, block, blocks: transferBlocksMax };
  }
}
