import type { FilePath } from '../bytes.ts';
import { StatusFailure, valueOf } from '../errors.ts';
import type { Node } from '../nfs/nfs-protocol.ts';
import type { OpenMode } from '../open-flags.ts';
import { type Resolved, resolve, type Trust } from '../resolve.ts';
import { deepest, type Session } from '../session.ts';

/** How often a name may come and go under an `open` that creates it, before that is reported. */
const racesMax = 8;

/**
 * Finds or creates the file. NFS has no open: what a later READ or WRITE would be refused is refused here, as programs
 * expect, and rights are not asked for again.
 */
export async function openNode(
  session: Session,
  path: FilePath,
  open: OpenMode,
  mode: number,
): Promise<Node> {
  const emptied = await createOrEmpty(session, path, open, mode & ~session.umask);
  if (emptied !== undefined) return emptied;
  // Close-to-open: whoever opens a file sees what was written to it by all who have closed it.
  const trust: Trust = session.cache?.limits.closeToOpen === false ? 'found' : 'asked';
  for (let races = 0; ; races += 1) {
    const last = open.noFollow || open.exclusive ? 'keep' : 'follow';
    const found = await resolve(session, path, last, trust);
    if (found.node !== undefined) return openExisting(session, found.node, open);
    if (!open.create) throw new StatusFailure('ENOENT');
    const created = await createMissing(session, found, open, mode & ~session.umask);
    if (created.ok) return created.value;
    // Somebody else made the name after our look at it: then there is something to open.
    if (created.code !== 'EEXIST' || open.exclusive || races === racesMax) valueOf(created);
  }
}

/**
 * `w`: CREATE opens what is there and cuts it, or makes it, without a look before. Undefined where it will not: a link,
 * a directory, a file that may be written in a directory that may not. Whether one may read what is there is not
 * CREATE's to check, so that `w+` looks before it cuts.
 */
async function createOrEmpty(
  session: Session,
  path: FilePath,
  open: OpenMode,
  mode: number,
): Promise<Node | undefined> {
  const { create, truncate, exclusive, read, directoryOnly } = open;
  if (!create || !truncate || exclusive || read || directoryOnly) return undefined;
  const { parents, name, wantsDirectory } = await resolve(session, path, 'skip');
  if (name === undefined || wantsDirectory) return undefined;
  const changes = { mode, sizeBytes: 0 };
  const created = await session.protocol.create(deepest(parents).handle, name, changes);
  return created.ok ? created.value : undefined;
}

async function openExisting(session: Session, node: Node, open: OpenMode): Promise<Node> {
  if (open.exclusive) throw new StatusFailure('EEXIST');
  assertType(node, open);
  const wanted = { read: open.read, write: open.write };
  if (!valueOf(await session.protocol.access(node, wanted))) throw new StatusFailure('EACCES');
  if (!open.truncate) return node;
  const changed = await session.protocol.setAttributes(node.handle, { sizeBytes: 0 });
  return { handle: node.handle, attributes: valueOf(changed) };
}

function assertType({ attributes }: Node, open: OpenMode): void {
  switch (attributes.type) {
    case 'file':
      if (open.directoryOnly) throw new StatusFailure('ENOTDIR');
      return;
    case 'directory':
      if (open.write || open.create) throw new StatusFailure('EISDIR');
      return;
    case 'link':
      throw new StatusFailure('ELOOP');
    case 'block-device':
    case 'character-device':
    case 'fifo':
    case 'socket':
    case 'unknown':
      // They belong to the machine that made them; here they are names with attributes only.
      throw new StatusFailure('ENXIO');
  }
}

function createMissing(session: Session, found: Resolved, open: OpenMode, mode: number) {
  const { parents, name, wantsDirectory } = found;
  if (name === undefined || wantsDirectory || open.directoryOnly) {
    throw new StatusFailure('EISDIR');
  }
  const directory = deepest(parents).handle;
  if (open.exclusive) return session.protocol.createExclusive(directory, name, { mode });
  const size = open.truncate ? { sizeBytes: 0 } : {};
  return session.protocol.create(directory, name, { mode, ...size });
}
