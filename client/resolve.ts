import type { ByteString, FilePath } from './bytes.ts';
import { bytesOf } from './bytes.ts';
import type { KnownName } from './cache/node-cache.ts';
import { StatusFailure, valueOf } from './errors.ts';
import type { Node } from './nfs/nfs-protocol.ts';
import { deepest, type Session, type Step, type Trail } from './session.ts';

/** Symbolic links in one path before it is taken for a loop, as Linux counts. */
export const linksFollowedMax = 40;

/**
 * What is wanted of the last name of a path: `skip` does not look it up (the operation itself will), `keep` looks it
 * up and leaves a symbolic link alone, `follow` goes through it.
 */
export type LastName = 'skip' | 'keep' | 'follow';

/**
 * What of the last name may come from the cache, where there is one: nothing (`asked`: what opens or changes something
 * works on what is there now), a file (`found`), or a file or that there is none (`known`). Directories on the way
 * may always come from there; only with `known` may they be missing from there.
 */
export type Trust = 'asked' | 'found' | 'known';

export interface Resolved {
  /** The directory that holds the last name, and those above it. */
  readonly parents: Trail;
  /** Undefined where the path ends in no name of its own: `/`, `.` or `..`. */
  readonly name: ByteString | undefined;
  /** What the path leads to; undefined where there is no such name, or where it was not looked up. */
  readonly node: Node | undefined;
  /** The path ends with a slash: only a directory will do. */
  readonly wantsDirectory: boolean;
}

/**
 * Walks a path, one LOOKUP for each name. Symbolic links are the client's to follow; an absolute one starts at the root
 * of the alias, and `..` at the root is the root. A missing last name is no failure, so that the caller may create it.
 */
export async function resolve(
  session: Session,
  path: FilePath,
  last: LastName,
  trust: Trust = 'asked',
): Promise<Resolved> {
  const bytes = bytesOf(path);
  assertPath(path, bytes);
  return new Walk(session, await session.here.trail(), trust).go(bytes, last);
}

/** As `resolve`, for what must exist. */
export async function resolveNode(
  session: Session,
  path: FilePath,
  last: 'keep' | 'follow',
  trust: Trust = 'asked',
): Promise<Node> {
  const { node, name } = await resolve(session, path, last, trust);
  if (node === undefined) throw new StatusFailure('ENOENT');
  // A directory that is held, with attributes from when it was found.
  return name === undefined ? currentNode(session, node, trust) : node;
}

/** The directories from the root to the one that the path leads to. */
export async function resolveTrail(
  session: Session,
  path: FilePath,
  trust: Trust = 'asked',
): Promise<Trail> {
  const { parents, name, node } = await resolve(session, path, 'follow', trust);
  if (node === undefined) throw new StatusFailure('ENOENT');
  assertDirectory(node);
  return name === undefined ? parents : [...parents, { ...node, name }];
}

/** With attributes that may be believed. */
async function currentNode(session: Session, { handle }: Node, trust: Trust): Promise<Node> {
  const known = trust === 'asked' ? undefined : session.cache?.attributes(handle);
  return { handle, attributes: known ?? valueOf(await session.protocol.getAttributes(handle)) };
}

export function assertDirectory(node: Node): void {
  if (node.attributes.type !== 'directory') throw new StatusFailure('ENOTDIR');
}

function assertPath(path: FilePath, bytes: ByteString): void {
  if (bytes.includes('\0')) {
    const error = new TypeError(
      `The argument 'path' must be a string or a Buffer without null bytes. Received '${String(path)}'`,
    );
    throw Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' });
  }
  if (bytes === '') throw new StatusFailure('ENOENT');
}

class Walk {
  readonly #session: Session;
  readonly #trust: Trust;
  #trail: Trail;
  #linksFollowed = 0;

  constructor(session: Session, start: Trail, trust: Trust) {
    this.#session = session;
    this.#trail = start;
    this.#trust = trust;
  }

  async go(path: ByteString, last: LastName): Promise<Resolved> {
    let names = this.#start(path);
    // Even where the last name is not to be followed, a slash after it asks for a directory.
    let wantsDirectory = endsWithSlash(path);
    const goThroughLast = () => last === 'follow' || (last === 'keep' && wantsDirectory);

    for (;;) {
      const name = names.shift();
      if (name === undefined) return this.#atDirectory(wantsDirectory);
      if (name === '.') continue;
      if (name === '..') {
        this.#goUp();
        continue;
      }
      const isLast = names.length === 0;
      this.#assertName(name);
      if (isLast && last === 'skip') {
        return { parents: this.#trail, name, node: undefined, wantsDirectory };
      }
      const node = await this.#find(name, isLast);
      if (node === undefined) {
        if (isLast) return { parents: this.#trail, name, node, wantsDirectory };
        throw new StatusFailure('ENOENT');
      }
      if (node.attributes.type === 'link' && (!isLast || goThroughLast())) {
        const target = await this.#readLink(node);
        if (isLast) wantsDirectory ||= endsWithSlash(target);
        names = [...this.#start(target), ...names];
      } else if (!isLast) {
        this.#goDown({ ...node, name });
      } else {
        if (wantsDirectory) assertDirectory(node);
        return { parents: this.#trail, name, node, wantsDirectory };
      }
    }
  }

  /** The names of a path; an absolute one goes back to the root. */
  #start(path: ByteString): ByteString[] {
    if (path.startsWith('/')) this.#trail = [this.#trail[0]];
    return path.split('/').filter((name) => name !== '');
  }

  #atDirectory(wantsDirectory: boolean): Resolved {
    const node = deepest(this.#trail);
    return { parents: this.#trail, name: undefined, node, wantsDirectory };
  }

  #goUp(): void {
    const [root, ...below] = this.#trail;
    this.#trail = [root, ...below.slice(0, -1)];
  }

  #goDown(step: Step): void {
    assertDirectory(step);
    this.#trail = [...this.#trail, step];
  }

  async #find(name: ByteString, isLast: boolean): Promise<Node | undefined> {
    if (isLast && this.#trust === 'asked') return this.#lookup(name);
    const known = await this.#remembered(name);
    if (known?.kind === 'missing' && this.#trust === 'known') return undefined;
    if (known?.kind !== 'found') return this.#lookup(name);
    // On the way, only the handle and the type count, and these never change.
    return isLast ? currentNode(this.#session, known.node, this.#trust) : known.node;
  }

  async #remembered(name: ByteString): Promise<KnownName | undefined> {
    const { cache, protocol } = this.#session;
    const directory = deepest(this.#trail).handle;
    const known = cache?.find(directory, name);
    if (known?.kind !== 'expired') return known;
    // Where the directory has not changed, this one call vouches for all the names in it.
    valueOf(await protocol.getAttributes(directory));
    return cache?.find(directory, name);
  }

  async #lookup(name: ByteString): Promise<Node | undefined> {
    const found = await this.#session.protocol.lookup(deepest(this.#trail).handle, name);
    return !found.ok && found.code === 'ENOENT' ? undefined : valueOf(found);
  }

  async #readLink(link: Node): Promise<ByteString> {
    this.#linksFollowed += 1;
    if (this.#linksFollowed > linksFollowedMax) throw new StatusFailure('ELOOP');
    const target = valueOf(await this.#session.protocol.readLink(link.handle));
    // POSIX: an empty link leads nowhere.
    if (target === '') throw new StatusFailure('ENOENT');
    return target;
  }

  #assertName(name: ByteString): void {
    if (name.length > this.#session.protocol.limits.nameBytesMax) {
      throw new StatusFailure('ENAMETOOLONG');
    }
  }
}

function endsWithSlash(path: ByteString): boolean {
  return path.endsWith('/');
}
