import { asBuffer } from './bytes.ts';
import { FileSystemError } from './errors.ts';
import { type EncodingOption, encodingOf, type FileData, piecesOf } from './file-data.ts';
import type { OpenFile } from './open-file.ts';
import { type FileTime, ownerChange, sizeChange, timesChange } from './operations/attributes.ts';
import { FileReadStream, type ReadStreamOptions } from './read-stream.ts';
import { Stats } from './stats.ts';
import { FileWriteStream, type WriteStreamOptions } from './write-stream.ts';

/** Bytes that `read` makes a buffer for when it is given none, as in Node. */
const defaultReadBytes = 16_384;

export interface ReadOutcome<Bytes extends Uint8Array = Uint8Array> {
  /** 0 at the end of the file. */
  readonly bytesRead: number;
  readonly buffer: Bytes;
}

export interface WriteOutcome<Data = Uint8Array> {
  readonly bytesWritten: number;
  readonly buffer: Data;
}

export interface ReadOptions {
  readonly buffer?: Uint8Array | undefined;
  readonly offset?: number | undefined;
  readonly length?: number | undefined;
  readonly position?: number | null | undefined;
}

/**
 * An open file, as `FileHandle` of `node:fs/promises`. It holds the file itself: renaming it changes nothing, and when
 * it is removed, what follows fails with ESTALE (an NFS server keeps no file for those who have it open).
 *
 * What is written is durable on the server when the promise resolves. A file opened with `a` is appended to at the end
 * that it has when the call starts; NFS has no append, so that two clients appending at once may overwrite each other.
 */
export class FileHandle {
  readonly #file: OpenFile;

  /** Made by `open`. */
  constructor(file: OpenFile) {
    this.#file = file;
  }

  /** Reads at a position, or at the current position (which it moves) where that is null. */
  read<Bytes extends Uint8Array>(
    buffer: Bytes,
    offset?: number | null,
    length?: number | null,
    position?: number | null,
  ): Promise<ReadOutcome<Bytes>>;
  read(options?: ReadOptions): Promise<ReadOutcome>;
  async read(
    first: Uint8Array | ReadOptions = {},
    offset?: number | null,
    length?: number | null,
    position?: number | null,
  ): Promise<ReadOutcome> {
    const options =
      first instanceof Uint8Array ? { buffer: first, offset, length, position } : first;
    const buffer = options.buffer ?? Buffer.alloc(defaultReadBytes);
    const into = slice(buffer, options.offset, options.length);
    const at = options.position;
    const bytesRead = await this.#file.reading(() =>
      typeof at === 'number'
        ? this.#file.readAt(into, at)
        : this.#file.inOrder(() => this.#file.readHere(into)),
    );
    return { bytesRead, buffer };
  }

  /** Everything from the current position on. */
  readFile(options: { readonly encoding: BufferEncoding } | BufferEncoding): Promise<string>;
  readFile(options?: { readonly encoding?: null } | null): Promise<Buffer>;
  async readFile(options?: EncodingOption): Promise<string | Buffer> {
    const encoding = encodingOf(options);
    const bytes = await this.#file.reading(() => this.#file.inOrder(() => this.#file.readRest()));
    return encoding === undefined ? bytes : bytes.toString(encoding);
  }

  /** Writes all of the bytes at a position, or at the current one (which it moves) where that is null. */
  write<Bytes extends Uint8Array>(
    buffer: Bytes,
    offset?: number | null,
    length?: number | null,
    position?: number | null,
  ): Promise<WriteOutcome<Bytes>>;
  write(
    text: string,
    position?: number | null,
    encoding?: BufferEncoding | null,
  ): Promise<WriteOutcome<string>>;
  async write(
    data: Uint8Array | string,
    second?: number | null,
    third?: number | BufferEncoding | null,
    fourth?: number | null,
  ): Promise<WriteOutcome<Uint8Array | string>> {
    const bytes =
      typeof data === 'string'
        ? Buffer.from(data, typeof third === 'string' ? third : 'utf8')
        : slice(data, second, typeof third === 'number' ? third : null);
    await this.#write(bytes, typeof data === 'string' ? second : fourth);
    return { bytesWritten: bytes.length, buffer: data };
  }

  /** Writes at the current position. */
  async writeFile(data: FileData, options?: EncodingOption): Promise<void> {
    for await (const bytes of piecesOf(data, encodingOf(options))) await this.#write(bytes, null);
  }

  /** As `writeFile`: open the file with `a` to write at its end. */
  appendFile(data: FileData, options?: EncodingOption): Promise<void> {
    return this.writeFile(data, options);
  }

  stat(): Promise<Stats> {
    return this.#file.operation('fstat', async () => new Stats(await this.#file.knownAttributes()));
  }

  async truncate(lengthBytes = 0): Promise<void> {
    // As ftruncate(2): EINVAL, not EBADF.
    if (!this.#file.isWritable) throw new FileSystemError('EINVAL', { syscall: 'ftruncate' });
    await this.#file.operation('ftruncate', async () =>
      this.#file.change(sizeChange(this.#file.session, lengthBytes)),
    );
  }

  chmod(mode: number): Promise<void> {
    return this.#file.operation('fchmod', () => this.#file.change({ mode: mode & 0o7777 }));
  }

  chown(uid: number, gid: number): Promise<void> {
    return this.#file.operation('fchown', () => this.#file.change(ownerChange(uid, gid)));
  }

  utimes(accessed: FileTime, modified: FileTime): Promise<void> {
    return this.#file.operation('futime', async () =>
      this.#file.change(timesChange(accessed, modified)),
    );
  }

  /** Each write is durable when it resolves: this waits for those that are under way. */
  async sync(): Promise<void> {
    await this.#file.settled();
  }

  datasync(): Promise<void> {
    return this.sync();
  }

  /** Closes the handle when it ends, unless `autoClose` is false. */
  createReadStream(options: ReadStreamOptions = {}): FileReadStream {
    return new FileReadStream(() => Promise.resolve(this.#file), options);
  }

  /** Closes the handle when it has finished, unless `autoClose` is false. */
  createWriteStream(options: WriteStreamOptions = {}): FileWriteStream {
    return new FileWriteStream(() => Promise.resolve(this.#file), options);
  }

  /** Waits for what is under way; everything later fails with EBADF. */
  close(): Promise<void> {
    return this.#file.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #write(bytes: Buffer, position: number | null | undefined): Promise<void> {
    const file = this.#file;
    // POSIX: a position means nothing to a file that is open for appending.
    return file.writing(() =>
      typeof position === 'number' && !file.isAppending
        ? file.writeAt(bytes, position)
        : file.inOrder(() => file.writeHere(bytes)),
    );
  }
}

/** The part of a buffer that a call is about; out of range is the program's mistake. */
function slice(buffer: Uint8Array, offset?: number | null, length?: number | null): Buffer {
  const start = offset ?? 0;
  const count = length ?? buffer.byteLength - start;
  const fits = start >= 0 && count >= 0 && start + count <= buffer.byteLength;
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(count) || !fits) {
    const error = new RangeError(
      `${count} bytes from ${start} are out of range of a buffer of ${buffer.byteLength}`,
    );
    throw Object.assign(error, { code: 'ERR_OUT_OF_RANGE' });
  }
  return asBuffer(buffer).subarray(start, start + count);
}
