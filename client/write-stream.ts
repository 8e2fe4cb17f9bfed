import { Writable } from 'node:stream';
import type { WriteBehind } from './bulk-write.ts';
import type { OpenFile } from './open-file.ts';

export interface WriteStreamOptions {
  /** Where to start; 0, or the end of a file that is open for appending. */
  readonly start?: number | undefined;
  readonly encoding?: BufferEncoding | undefined;
  readonly highWaterMark?: number | undefined;
  /** Closes the file at the end and on errors; true. */
  readonly autoClose?: boolean | undefined;
}

const highWaterMarkDefaultBytes = 256 * 1024;

type Callback = (error?: Error | null) => void;

/**
 * As `fs.WriteStream`. Many writes are under way while the program goes on, and `finish` comes when all of them are
 * durable on the server; a failure is reported by then at the latest.
 */
export class FileWriteStream extends Writable {
  /** Bytes handed to the file so far. */
  bytesWritten = 0;
  readonly #open: () => Promise<OpenFile>;
  readonly #options: WriteStreamOptions;
  #file: OpenFile | undefined;
  #writes: WriteBehind | undefined;
  #offset = 0;

  constructor(open: () => Promise<OpenFile>, options: WriteStreamOptions) {
    super({
      highWaterMark: options.highWaterMark ?? highWaterMarkDefaultBytes,
      ...(options.encoding === undefined ? {} : { defaultEncoding: options.encoding }),
    });
    this.#open = open;
    this.#options = options;
  }

  override _construct(callback: Callback): void {
    this.#prepare().then(() => callback(), callback);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: Callback): void {
    this.#put(chunk).then(() => callback(), callback);
  }

  /** Many small writes become few calls. */
  override _writev(chunks: { readonly chunk: Buffer }[], callback: Callback): void {
    this.#put(Buffer.concat(chunks.map(({ chunk }) => chunk))).then(() => callback(), callback);
  }

  override _final(callback: Callback): void {
    this.#flush().then(() => callback(), callback);
  }

  override _destroy(error: Error | null, callback: Callback): void {
    this.#end().then(
      () => callback(error),
      (failure: unknown) => callback(error ?? (failure as Error)),
    );
  }

  /** Nothing goes on behind the program's back: what is under way settles first, also after a failure. */
  async #end(): Promise<void> {
    await this.#writes?.flush().catch(() => undefined);
    if (this.#options.autoClose !== false) await this.#file?.close();
  }

  async #prepare(): Promise<void> {
    const file = await this.#open();
    this.#file = file;
    this.#writes = file.writer();
    const start = this.#options.start ?? (file.isAppending ? undefined : 0);
    this.#offset = start ?? (await file.endOffset());
  }

  async #put(bytes: Buffer): Promise<void> {
    const offset = this.#offset;
    this.#offset += bytes.length;
    await this.#file?.writing(async () => this.#writes?.write(offset, bytes));
    this.bytesWritten += bytes.length;
  }

  async #flush(): Promise<void> {
    await this.#file?.writing(async () => this.#writes?.flush());
  }
}
