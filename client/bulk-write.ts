import { StatusFailure, valueOf } from './errors.ts';
import type { NodeHandle } from './nfs/nfs-protocol.ts';
import type { Session } from './session.ts';

/**
 * Writes of one file, many under way at a time. Nothing is acknowledged early: a write is done when `flush` has
 * resolved, and then it is durable on the server. The first failure is final.
 */
export class WriteBehind {
  readonly #session: Session;
  readonly #file: NodeHandle;
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  constructor(session: Session, file: NodeHandle) {
    this.#session = session;
    this.#file = file;
  }

  /** Starts to write. Resolves when there is room for more; `bytes` must not change before `flush` has resolved. */
  async write(offset: number, bytes: Buffer): Promise<void> {
    const { limits } = this.#session.protocol;
    if (offset + bytes.length > limits.fileBytesMax) throw new StatusFailure('EFBIG');
    for (let done = 0; done < bytes.length; done += limits.writeBytesMax) {
      await this.#session.window.enter();
      if (this.#failure !== undefined) {
        this.#session.window.leave();
        throw this.#failure.error;
      }
      this.#start(offset + done, bytes.subarray(done, done + limits.writeBytesMax));
    }
  }

  /** Resolves when everything written so far is durable; rejects with the first failure when nothing is under way. */
  async flush(): Promise<void> {
    await Promise.all(this.#running);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #start(offset: number, piece: Buffer): void {
    const run = this.#writeFully(offset, piece)
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#session.window.leave();
        this.#running.delete(run);
      });
    this.#running.add(run);
  }

  async #writeFully(offset: number, piece: Buffer): Promise<void> {
    for (let done = 0; done < piece.length; ) {
      const rest = piece.subarray(done);
      const written = await this.#session.protocol.write(this.#file, offset + done, rest);
      const { bytesWritten } = valueOf(written);
      // A server that takes nothing and reports no error would keep us here for ever.
      if (bytesWritten === 0) throw new StatusFailure('EIO');
      done += bytesWritten;
    }
  }
}

/** Writes the bytes and waits until they are durable. */
export async function writeRange(
  session: Session,
  file: NodeHandle,
  offset: number,
  bytes: Buffer,
): Promise<void> {
  const writes = new WriteBehind(session, file);
  try {
    await writes.write(offset, bytes);
  } finally {
    await writes.flush();
  }
}
