import { readPieces } from '../bulk-read.ts';
import { WriteBehind } from '../bulk-write.ts';
import type { FilePath } from '../bytes.ts';
import { StatusFailure } from '../errors.ts';
import type { Node } from '../nfs/nfs-protocol.ts';
import { parseOpenFlags } from '../open-flags.ts';
import { resolve } from '../resolve.ts';
import type { Session } from '../session.ts';
import { openNode } from './open.ts';

/**
 * Copies content and mode through this client: NFS versions 2 and 3 cannot copy on the server. Reads run ahead while
 * writes are under way.
 */
export async function copyFilePath(
  session: Session,
  source: FilePath,
  target: FilePath,
  exclusive: boolean,
): Promise<void> {
  const from = await openNode(session, source, parseOpenFlags('r'), 0);
  if (from.attributes.type === 'directory') throw new StatusFailure('EISDIR');
  const there = await resolve(session, target, 'follow');
  if (there.node !== undefined && isSame(from, there.node)) {
    if (exclusive) throw new StatusFailure('EEXIST');
    // Opening it would empty it.
    return;
  }
  const flags = parseOpenFlags(exclusive ? 'wx' : 'w');
  const to = await openNode(session, target, flags, from.attributes.mode);
  await copyContent(session, from, to);
}

async function copyContent(session: Session, from: Node, to: Node): Promise<void> {
  const writes = new WriteBehind(session, to.handle);
  try {
    let offset = 0;
    const range = { start: 0, end: Infinity, knownSizeBytes: from.attributes.sizeBytes };
    for await (const piece of readPieces(session, from.handle, range)) {
      await writes.write(offset, piece);
      offset += piece.length;
    }
  } finally {
    await writes.flush();
  }
}

function isSame(a: Node, b: Node): boolean {
  return (
    a.attributes.inode === b.attributes.inode &&
    a.attributes.fileSystemId === b.attributes.fileSystemId
  );
}
