import { type ReadRange, readPieces, readRange } from './bulk-read.ts';
import { WriteBehind, writeRange } from './bulk-write.ts';
import { explain, FileSystemError, valueOf } from './errors.ts';
import type { AttributeChanges, Attributes, Node, NodeHandle } from './nfs/nfs-protocol.ts';
import type { OpenMode } from './open-flags.ts';
import type { Session } from './session.ts';

/** What a file handle and its streams share: the current position, the order of calls, and what is under way. */
export class OpenFile {
  readonly session: Session;
  readonly #file: NodeHandle;
  readonly #isDirectory: boolean;
  /** As last seen: only a guess of how far reading ahead is worth while. */
  #seenSizeBytes: number;
  readonly #mode: OpenMode;
  readonly #running = new Set<Promise<unknown>>();
  #position = 0;
  /** Settles with the last call that moves the position. */
  #lastInOrder: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(session: Session, node: Node, mode: OpenMode) {
    this.session = session;
    this.#file = node.handle;
    this.#seenSizeBytes = node.attributes.sizeBytes;
    this.#isDirectory = node.attributes.type === 'directory';
    this.#mode = mode;
  }

  get isAppending(): boolean {
    return this.#mode.append;
  }

  get isWritable(): boolean {
    return this.#mode.write;
  }

  /** Runs one call of the program; refused when the file is closed. */
  operation<T>(syscall: string, work: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) return refuse('EBADF', syscall);
    const run = work().catch((error: unknown) => {
      throw explain(error, { syscall });
    });
    this.#running.add(run);
    const forget = () => this.#running.delete(run);
    run.then(forget, forget);
    return run;
  }

  reading<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isDirectory) return refuse('EISDIR', 'read');
    return this.#mode.read ? this.operation('read', work) : refuse('EBADF', 'read');
  }

  writing<T>(work: () => Promise<T>): Promise<T> {
    return this.#mode.write ? this.operation('write', work) : refuse('EBADF', 'write');
  }

  /** One after the other, for calls that move the position. */
  inOrder<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#lastInOrder.then(work);
    this.#lastInOrder = result.catch(() => undefined);
    return result;
  }

  /** Fills the buffer from `position` on; gives fewer bytes only at the end of the file. */
  async readAt(into: Buffer, position: number): Promise<number> {
    const end = position + into.length;
    let filled = 0;
    for await (const piece of this.#pieces({ start: position, end, knownSizeBytes: end })) {
      filled += piece.copy(into, filled);
    }
    return filled;
  }

  async readHere(into: Buffer): Promise<number> {
    const filled = await this.readAt(into, this.#position);
    this.#position += filled;
    return filled;
  }

  async readRest(): Promise<Buffer> {
    const range = { start: this.#position, end: Infinity, knownSizeBytes: this.#seenSizeBytes };
    const bytes = await readRange(this.session, this.#file, range);
    this.#position += bytes.length;
    return bytes;
  }

  /** Pieces of at most some kilobytes, in order, many asked for at a time. `end` is the byte after the last. */
  pieces(start: number, end: number): AsyncGenerator<Buffer, void, undefined> {
    return this.#pieces({ start, end, knownSizeBytes: this.#seenSizeBytes });
  }

  writeAt(bytes: Buffer, position: number): Promise<void> {
    return writeRange(this.session, this.#file, position, bytes);
  }

  /** At the current position, or at the end of a file that is open for appending. */
  async writeHere(bytes: Buffer): Promise<void> {
    const position = this.#mode.append ? await this.endOffset() : this.#position;
    await this.writeAt(bytes, position);
    this.#position = position + bytes.length;
  }

  writer(): WriteBehind {
    return new WriteBehind(this.session, this.#file);
  }

  async endOffset(): Promise<number> {
    return (await this.#askAttributes()).sizeBytes;
  }

  /** As `stat` of a path: they may be some seconds old. */
  async knownAttributes(): Promise<Attributes> {
    return this.session.cache?.attributes(this.#file) ?? this.#askAttributes();
  }

  async #askAttributes(): Promise<Attributes> {
    const attributes = valueOf(await this.session.protocol.getAttributes(this.#file));
    this.#seenSizeBytes = attributes.sizeBytes;
    return attributes;
  }

  async change(changes: AttributeChanges): Promise<void> {
    valueOf(await this.session.protocol.setAttributes(this.#file, changes));
  }

  /** Resolves when everything that was under way has settled. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  close(): Promise<void> {
    this.#closing ??= this.settled();
    return this.#closing;
  }

  #pieces(range: ReadRange): AsyncGenerator<Buffer, void, undefined> {
    return readPieces(this.session, this.#file, range);
  }
}

function refuse(code: 'EBADF' | 'EISDIR', syscall: string): Promise<never> {
  return Promise.reject(new FileSystemError(code, { syscall }));
}
