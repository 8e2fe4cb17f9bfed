import { bytesOf, type ByteString, type FilePath } from '../bytes.ts';
import { type Outcome, StatusFailure, valueOf } from '../errors.ts';
import type { Node } from '../nfs/nfs-protocol.ts';
import { assertDirectory, resolve, resolveNode } from '../resolve.ts';
import { deepest, type Session } from '../session.ts';

export async function makeDirectoryPath(
  session: Session,
  path: FilePath,
  mode: number,
): Promise<void> {
  valueOf(await attempt(session, path, mode));
}

/**
 * Makes what is missing, and gives the first directory that it made; undefined where all was there. Others may make
 * or have made any part of it.
 */
export async function makeDirectoriesPath(
  session: Session,
  path: FilePath,
  mode: number,
): Promise<ByteString | undefined> {
  let made = await attempt(session, path, mode);
  let first: ByteString | undefined;
  const parent = parentOf(bytesOf(path));
  if (!made.ok && made.code === 'ENOENT' && parent !== undefined) {
    first = await makeDirectoriesPath(session, Buffer.from(parent, 'latin1'), mode);
    made = await attempt(session, path, mode);
  }
  if (made.ok) return first ?? withoutSlashes(bytesOf(path));
  if (made.code !== 'EEXIST') throw new StatusFailure(made.code);
  const { attributes } = await resolveNode(session, path, 'follow');
  if (attributes.type !== 'directory') throw new StatusFailure('EEXIST');
  return first;
}

async function attempt(session: Session, path: FilePath, mode: number): Promise<Outcome<Node>> {
  try {
    const { parents, name } = await resolve(session, path, 'skip');
    if (name === undefined) return { ok: false, code: 'EEXIST' };
    const directory = deepest(parents);
    assertDirectory(directory);
    const changes = { mode: mode & ~session.umask };
    return await session.protocol.makeDirectory(directory.handle, name, changes);
  } catch (error) {
    if (!(error instanceof StatusFailure)) throw error;
    return { ok: false, code: error.code };
  }
}

/** The path without its last name; undefined where nothing is left. */
function parentOf(path: ByteString): ByteString | undefined {
  const parent = withoutSlashes(path).replace(/[^/]+$/, '');
  return parent === '' || parent === '/' ? undefined : parent;
}

function withoutSlashes(path: ByteString): ByteString {
  return path.replace(/(?<=[^/])\/+$/, '');
}
