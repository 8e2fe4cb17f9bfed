import { bytesOf, type ByteString, type FilePath } from '../bytes.ts';
import { StatusFailure, valueOf } from '../errors.ts';
import type { NodeHandle } from '../nfs/nfs-protocol.ts';
import { assertDirectory, type Resolved, resolve, resolveNode } from '../resolve.ts';
import { deepest, type Session } from '../session.ts';

/** Where a name is to be made or taken away: nothing that a path like `/` or `..` could mean. */
interface Place {
  readonly directory: NodeHandle;
  readonly name: ByteString;
}

export async function unlinkPath(session: Session, path: FilePath): Promise<void> {
  const found = await resolve(session, path, 'skip');
  if (found.name === undefined) throw new StatusFailure('EISDIR');
  if (found.wantsDirectory) {
    assertDirectory(await resolveNode(session, path, 'keep'));
    throw new StatusFailure('EISDIR');
  }
  const { directory, name } = placeOf(found);
  valueOf(await session.protocol.remove(directory, name));
}

export async function removeDirectoryPath(session: Session, path: FilePath): Promise<void> {
  const found = await resolve(session, path, 'skip');
  if (found.name === undefined) throw new StatusFailure(endsInDot(path) ? 'EINVAL' : 'EBUSY');
  const { directory, name } = placeOf(found);
  valueOf(await session.protocol.removeDirectory(directory, name));
}

export async function renamePath(session: Session, from: FilePath, to: FilePath): Promise<void> {
  const source = await resolve(session, from, 'skip');
  const target = await resolve(session, to, 'skip');
  if (source.name === undefined || target.name === undefined) throw new StatusFailure('EBUSY');
  if (source.wantsDirectory || target.wantsDirectory) {
    assertDirectory(await resolveNode(session, from, 'keep'));
  }
  const old = placeOf(source);
  const next = placeOf(target);
  valueOf(await session.protocol.rename(old.directory, old.name, next.directory, next.name));
}

/** A further name for a file; a symbolic link gets a further name itself. */
export async function linkPath(session: Session, existing: FilePath, path: FilePath) {
  const node = await resolveNode(session, existing, 'keep');
  if (node.attributes.type === 'directory') throw new StatusFailure('EPERM');
  const { directory, name } = newPlaceOf(await resolve(session, path, 'skip'));
  valueOf(await session.protocol.link(node.handle, directory, name));
}

export async function makeLinkPath(session: Session, target: FilePath, path: FilePath) {
  const content = bytesOf(target);
  if (content === '') throw new StatusFailure('ENOENT');
  if (content.length > session.protocol.limits.linkBytesMax) {
    throw new StatusFailure('ENAMETOOLONG');
  }
  const { directory, name } = newPlaceOf(await resolve(session, path, 'skip'));
  valueOf(await session.protocol.makeLink(directory, name, content));
}

export async function readLinkPath(session: Session, path: FilePath): Promise<ByteString> {
  const node = await resolveNode(session, path, 'keep');
  if (node.attributes.type !== 'link') throw new StatusFailure('EINVAL');
  return valueOf(await session.protocol.readLink(node.handle));
}

/** From the root, without links, `.` and `..`. */
export async function realPath(session: Session, path: FilePath): Promise<ByteString> {
  const { parents, name, node } = await resolve(session, path, 'follow', 'known');
  if (node === undefined) throw new StatusFailure('ENOENT');
  const above = parents.slice(1).map((step) => step.name);
  return `/${[...above, ...(name === undefined ? [] : [name])].join('/')}`;
}

function placeOf({ parents, name }: Resolved): Place {
  if (name === undefined) throw new StatusFailure('EBUSY');
  return { directory: deepest(parents).handle, name };
}

/** For what is no directory. */
function newPlaceOf(found: Resolved): Place {
  if (found.name === undefined) throw new StatusFailure('EEXIST');
  if (found.wantsDirectory) throw new StatusFailure('ENOENT');
  return placeOf(found);
}

function endsInDot(path: FilePath): boolean {
  return /(^|\/)\.\/*$/.test(bytesOf(path));
}
