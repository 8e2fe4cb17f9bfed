import type { ByteString, FilePath } from '../bytes.ts';
import { type Outcome, StatusFailure, valueOf } from '../errors.ts';
import type { DirectoryEntry, NodeHandle } from '../nfs/nfs-protocol.ts';
import { type Resolved, resolve } from '../resolve.ts';
import { deepest, type Session } from '../session.ts';
import { forEachInTree, Window } from '../window.ts';
import { readEntries } from './read-directory.ts';

/** Removals in one tree that are under way at once. */
const removalsMax = 32;

/** How often a directory is emptied again because others fill it. */
const roundsMax = 100;

export interface RemoveOptions {
  /** Directories too, with all that is in them. */
  readonly recursive?: boolean | undefined;
  /** What is not there is no error. */
  readonly force?: boolean | undefined;
}

export async function removePath(
  session: Session,
  path: FilePath,
  options: RemoveOptions,
): Promise<void> {
  const found = await resolveUnlessForced(session, path, options.force === true);
  if (found?.node === undefined) return;
  if (found.name === undefined) throw new StatusFailure('EBUSY');
  const parent = deepest(found.parents).handle;
  if (found.node.attributes.type !== 'directory') {
    accept(await session.protocol.remove(parent, found.name), options.force ? ['ENOENT'] : []);
    return;
  }
  if (options.recursive !== true) throw new StatusFailure('EISDIR');
  await new TreeRemoval(session).remove(found.node.handle, parent, found.name);
}

async function resolveUnlessForced(
  session: Session,
  path: FilePath,
  force: boolean,
): Promise<Resolved | undefined> {
  try {
    const found = await resolve(session, path, 'keep');
    if (found.node === undefined) throw new StatusFailure('ENOENT');
    return found;
  } catch (error) {
    if (force && error instanceof StatusFailure && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Removes from the leaves up. What others remove meanwhile is as good as removed here. */
class TreeRemoval {
  readonly #session: Session;
  readonly #window = new Window(removalsMax);

  constructor(session: Session) {
    this.#session = session;
  }

  async remove(directory: NodeHandle, parent: NodeHandle, name: ByteString): Promise<void> {
    for (let round = 1; ; round += 1) {
      let removed = 0;
      for await (const page of readEntries(this.#session, directory)) {
        removed += page.length;
        await forEachInTree(this.#window, page, (entry) => this.#removeEntry(directory, entry));
      }
      const done = await this.#session.protocol.removeDirectory(parent, name);
      // Somebody puts things in while we take them out; or the server's listing skipped some of a changing directory.
      if (!done.ok && done.code === 'ENOTEMPTY' && removed > 0 && round < roundsMax) {
        continue;
      }
      accept(done, ['ENOENT']);
      return;
    }
  }

  async #removeEntry(directory: NodeHandle, { name, node }: DirectoryEntry): Promise<void> {
    if (node?.attributes.type === 'directory') {
      await this.remove(node.handle, directory, name);
      return;
    }
    // Version 2 does not tell types in a listing: most names are no directories, so this is one call for each.
    const done = await this.#session.protocol.remove(directory, name);
    if (done.ok || (done.code !== 'EISDIR' && done.code !== 'EPERM')) {
      accept(done, ['ENOENT']);
      return;
    }
    const found = await this.#session.protocol.lookup(directory, name);
    if (!found.ok && found.code === 'ENOENT') return;
    const { handle, attributes } = valueOf(found);
    if (attributes.type !== 'directory') throw new StatusFailure(done.code);
    await this.remove(handle, directory, name);
  }
}

function accept(outcome: Outcome<void>, codes: readonly string[]): void {
  if (!outcome.ok && !codes.includes(outcome.code)) throw new StatusFailure(outcome.code);
}
