import { displayPath, type FilePath, type NameEncoding } from './bytes.ts';
import type { Dirent } from './dirent.ts';
import { explain, FileSystemError } from './errors.ts';
import type { NodeHandle } from './nfs/nfs-protocol.ts';
import { direntOf, readNodes } from './operations/read-directory.ts';
import type { Session } from './session.ts';

/** As `Dir` of `node:fs`: an open directory, read page by page, however large it is. */
export class Dir<Name extends string | Buffer = string> implements AsyncIterable<Dirent<Name>> {
  /** As it was given to `opendir`. */
  readonly path: string;
  readonly #entries: AsyncGenerator<Dirent<Name>, void, undefined>;
  #isClosed = false;

  /** Made by `opendir`. */
  constructor(session: Session, directory: NodeHandle, path: FilePath, encoding: NameEncoding) {
    this.path = displayPath(path);
    this.#entries = entriesOf(session, directory, path, encoding);
  }

  /** The next entry, in the server's order; null after the last. */
  async read(): Promise<Dirent<Name> | null> {
    if (this.#isClosed) throw new FileSystemError('EBADF', { syscall: 'scandir' });
    try {
      const next = await this.#entries.next();
      return next.done === true ? null : next.value;
    } catch (error) {
      throw explain(error, { syscall: 'scandir', path: this.path });
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#entries.return();
  }

  /** Closes the directory when the loop ends. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Dirent<Name>, void, undefined> {
    try {
      for (let entry = await this.read(); entry !== null; entry = await this.read()) yield entry;
    } finally {
      await this.close();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

async function* entriesOf<Name extends string | Buffer>(
  session: Session,
  directory: NodeHandle,
  path: FilePath,
  encoding: NameEncoding,
): AsyncGenerator<Dirent<Name>, void, undefined> {
  for await (const page of readNodes(session, directory)) {
    // `encoding` and `Name` say the same: see `opendir`.
    for (const node of page) yield direntOf(node, path, encoding) as Dirent<Name>;
  }
}
