import { Readable } from 'node:stream';
import type { OpenFile } from './open-file.ts';

export interface ReadStreamOptions {
  /** First byte; 0. */
  readonly start?: number | undefined;
  /** Last byte, inclusive, as in Node. */
  readonly end?: number | undefined;
  readonly encoding?: BufferEncoding | undefined;
  readonly highWaterMark?: number | undefined;
  /** Closes the file at the end and on errors; true. */
  readonly autoClose?: boolean | undefined;
}

/** Reads ahead far enough to hide the way to the server. */
const highWaterMarkDefaultBytes = 256 * 1024;

/** As `fs.ReadStream`: opens its file by itself and reads it once. */
export class FileReadStream extends Readable {
  /** Bytes given out so far. */
  bytesRead = 0;
  readonly #open: () => Promise<OpenFile>;
  readonly #options: ReadStreamOptions;
  #file: OpenFile | undefined;
  #pieces: AsyncGenerator<Buffer, void, undefined> | undefined;

  constructor(open: () => Promise<OpenFile>, options: ReadStreamOptions) {
    super({
      highWaterMark: options.highWaterMark ?? highWaterMarkDefaultBytes,
      ...(options.encoding === undefined ? {} : { encoding: options.encoding }),
    });
    this.#open = open;
    this.#options = options;
  }

  override _construct(callback: (error?: Error | null) => void): void {
    this.#open().then((file) => {
      this.#file = file;
      const end = this.#options.end ?? Infinity;
      this.#pieces = file.pieces(this.#options.start ?? 0, end + 1);
      callback();
    }, callback);
  }

  override _read(): void {
    const pieces = this.#pieces;
    if (this.#file === undefined || pieces === undefined) return;
    this.#file
      .reading(() => pieces.next())
      .then(
        (next) => {
          if (next.done === true) this.push(null);
          else {
            this.bytesRead += next.value.length;
            this.push(next.value);
          }
        },
        (error: unknown) => this.destroy(error as Error),
      );
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const close = this.#options.autoClose === false ? undefined : this.#file?.close();
    Promise.resolve(close).then(
      () => callback(error),
      (failure: unknown) => callback(error ?? (failure as Error)),
    );
  }
}
