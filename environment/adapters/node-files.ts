import { constants, readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { AppendFile, ReadFile, ReadUse } from '../folder.ts';
import { lendBuffer } from './lent-buffers.ts';

/**
 * Linux syncs what is appended with the append, as fdatasync would: one trip to a thread instead of two, and a turn of the event
 * loop between them. Elsewhere O_DSYNC may leave the data in the disk's own memory, which Node's fdatasync does not.
 */
export const syncsEachAppend = process.platform === 'linux';

export const appendFlags =
  constants.O_APPEND |
  constants.O_CREAT |
  constants.O_WRONLY |
  (syncsEachAppend ? constants.O_DSYNC : 0);

/** Appends in the order of the calls, one write at a time; after a failure nothing works any more. */
export class NodeAppendFile implements AppendFile {
  readonly #handle: FileHandle;
  readonly #isSynced: boolean;
  #endOffset: number;
  /** Settles with the last operation that was asked for; its rejection is final. */
  #last: Promise<unknown> = Promise.resolve();

  /** `isSynced`: every append is on the disk when it is over. */
  constructor(handle: FileHandle, sizeBytes: number, isSynced: boolean) {
    this.#handle = handle;
    this.#isSynced = isSynced;
    this.#endOffset = sizeBytes;
  }

  append(buffers: readonly Uint8Array[]): Promise<number> {
    return this.#next(async () => {
      const offset = this.#endOffset;
      this.#endOffset += await writeFully(this.#handle, buffers);
      return offset;
    });
  }

  sync(): Promise<void> {
    return this.#next(() => (this.#isSynced ? Promise.resolve() : this.#handle.datasync()));
  }

  async close(): Promise<void> {
    await this.#last.catch(() => undefined);
    await this.#handle.close();
  }

  #next<T>(operation: () => Promise<T>): Promise<T> {
    const result = this.#last.then(operation);
    this.#last = result;
    // Its owner hears of the failure; this only keeps the queue from being an unhandled rejection.
    result.catch(() => undefined);
    return result;
  }
}

/** Reads by position. */
export class NodeReadFile implements ReadFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async read(offset: number, lengthBytes: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(lengthBytes);
    let filled = 0;
    while (filled < lengthBytes) {
      const { bytesRead } = await this.#handle.read(
        bytes,
        filled,
        lengthBytes - filled,
        offset + filled,
      );
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled === lengthBytes ? bytes : bytes.subarray(0, filled);
  }

  readNow(offset: number, lengthBytes: number, use: ReadUse): Buffer {
    const bytes = use === 'lent' ? lendBuffer(lengthBytes) : Buffer.allocUnsafeSlow(lengthBytes);
    let filled = 0;
    while (filled < lengthBytes) {
      const left = lengthBytes - filled;
      const bytesRead = readSync(this.#handle.fd, bytes, filled, left, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled === lengthBytes ? bytes : bytes.subarray(0, filled);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** The system may take a part of what it is given (a nearly full disk); the rest follows. */
async function writeFully(handle: FileHandle, buffers: readonly Uint8Array[]): Promise<number> {
  let left = buffers.filter((buffer) => buffer.length > 0);
  let written = 0;
  while (left.length > 0) {
    const { bytesWritten } = await handle.writev(left);
    written += bytesWritten;
    left = withoutFirst(left, bytesWritten);
  }
  return written;
}

function withoutFirst(buffers: readonly Uint8Array[], lengthBytes: number): Uint8Array[] {
  let skip = lengthBytes;
  const left: Uint8Array[] = [];
  for (const buffer of buffers) {
    if (skip >= buffer.length) skip -= buffer.length;
    else {
      left.push(skip === 0 ? buffer : buffer.subarray(skip));
      skip = 0;
    }
  }
  return left;
}
