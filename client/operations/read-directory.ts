import {
  bytesOf,
  type ByteString,
  decodeName,
  type FilePath,
  type NameEncoding,
} from '../bytes.ts';
import { Dirent } from '../dirent.ts';
import { valueOf } from '../errors.ts';
import type { DirectoryEntry, DirectoryPosition, Node, NodeHandle } from '../nfs/nfs-protocol.ts';
import { resolveTrail } from '../resolve.ts';
import { deepest, type Session } from '../session.ts';
import { forEachInTree, mapWithin, Window } from '../window.ts';

/** LOOKUPs for one listing that are under way at once, where the protocol does not give types in READDIR. */
const lookupsMax = 32;
/** Directories of one recursive listing that are read at once. */
const directoriesMax = 16;

/** A name with what it leads to (a link is not followed). */
export interface NamedNode extends Node {
  readonly name: ByteString;
}

/** The entries of a directory, page by page, without `.` and `..`. */
export async function* readEntries(
  session: Session,
  directory: NodeHandle,
): AsyncGenerator<readonly DirectoryEntry[], void, undefined> {
  let from: DirectoryPosition | undefined;
  do {
    const page = valueOf(await session.protocol.readDirectory(directory, from));
    yield page.entries.filter(({ name }) => name !== '.' && name !== '..');
    from = page.next;
  } while (from !== undefined);
}

export async function readNames(session: Session, directory: NodeHandle): Promise<ByteString[]> {
  const names: ByteString[] = [];
  for await (const page of readEntries(session, directory)) {
    names.push(...page.map((entry) => entry.name));
  }
  return names;
}

/** As `readEntries`, with attributes. A name that goes away meanwhile is left out. */
export async function* readNodes(
  session: Session,
  directory: NodeHandle,
): AsyncGenerator<readonly NamedNode[], void, undefined> {
  for await (const page of readEntries(session, directory)) {
    const nodes = await mapWithin(lookupsMax, page, async ({ name, node }) => {
      if (node !== undefined) return { ...node, name };
      const found = await session.protocol.lookup(directory, name);
      if (!found.ok && found.code === 'ENOENT') return undefined;
      return { ...valueOf(found), name };
    });
    yield nodes.filter((node) => node !== undefined);
  }
}

/** Everything below a directory, with paths relative to it; a directory comes before what is in it. */
export async function readTree(session: Session, path: FilePath) {
  const found: { readonly parent: ByteString; readonly node: NamedNode }[] = [];
  const window = new Window(directoriesMax);
  const readInto = async (directory: NodeHandle, parent: ByteString): Promise<void> => {
    for await (const page of readNodes(session, directory)) {
      found.push(...page.map((node) => ({ parent, node })));
      const below = page.filter((node) => node.attributes.type === 'directory');
      await forEachInTree(window, below, (node) =>
        readInto(node.handle, joinBytes(parent, node.name)),
      );
    }
  };
  await readInto(deepest(await resolveTrail(session, path)).handle, '');
  return found;
}

/** What `readdir` gives. */
export async function readDirectoryPath(
  session: Session,
  path: FilePath,
  options: {
    readonly encoding: NameEncoding;
    readonly withFileTypes: boolean;
    readonly recursive: boolean;
  },
): Promise<(string | Buffer | Dirent<string | Buffer>)[]> {
  const { encoding } = options;
  if (options.recursive) {
    const tree = await readTree(session, path);
    return tree.map(({ parent, node }) =>
      options.withFileTypes
        ? direntOf(node, joinPath(path, parent), encoding)
        : decodeName(joinBytes(parent, node.name), encoding),
    );
  }
  const directory = deepest(await resolveTrail(session, path)).handle;
  if (!options.withFileTypes) {
    return (await readNames(session, directory)).map((name) => decodeName(name, encoding));
  }
  const entries: Dirent<string | Buffer>[] = [];
  for await (const page of readNodes(session, directory)) {
    entries.push(...page.map((node) => direntOf(node, path, encoding)));
  }
  return entries;
}

export function direntOf(
  { name, attributes }: NamedNode,
  parent: FilePath,
  encoding: NameEncoding,
): Dirent<string | Buffer> {
  const parentPath = decodeName(bytesOf(parent), encoding);
  return new Dirent(decodeName(name, encoding), parentPath, attributes.type);
}

export function joinBytes(parent: ByteString, name: ByteString): ByteString {
  return parent === '' || parent.endsWith('/') ? parent + name : `${parent}/${name}`;
}

function joinPath(path: FilePath, below: ByteString): FilePath {
  return below === '' ? path : Buffer.from(joinBytes(bytesOf(path), below), 'latin1');
}
