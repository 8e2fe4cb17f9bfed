import type { RpcCall } from '../call-message.ts';

/** A reply of so many bytes is large. Below, replies are bounded by the number of calls alone. */
const largeReplyBytesMin = 16 * 1024;

/** After so many replies without a large one, a procedure is believed to give none. */
export const smallRepliesMin = 1_024;

/** Calls of procedures beyond these may have large replies for ever: a peer can name as many procedures as it likes. */
const proceduresMax = 1_024;

/**
 * Which procedures have large replies: only their programs know, so it is learned, for all connections of a server
 * together. Until many of its replies were small, a procedure may have large ones (a first READ that fails proves
 * nothing); once one was large, it is for ever.
 */
export class ReplySizes {
  /** Small replies in a row from the first on; infinity once one was large. */
  readonly #smallReplies = new Map<number, number>();

  mayBeLarge(procedure: number): boolean {
    const seen = this.#smallReplies.get(procedure) ?? 0;
    return seen < smallRepliesMin || seen === Number.POSITIVE_INFINITY;
  }

  note(procedure: number, replyBytes: number): void {
    const seen = this.#smallReplies.get(procedure);
    if (seen === undefined && this.#smallReplies.size >= proceduresMax) return;
    if (replyBytes >= largeReplyBytesMin) {
      this.#smallReplies.set(procedure, Number.POSITIVE_INFINITY);
    } else if (seen === undefined || seen < smallRepliesMin) {
      this.#smallReplies.set(procedure, (seen ?? 0) + 1);
    }
  }
}

const numbersMax = 1_024;

/** One number for a procedure; those with numbers that no protocol has in use share one. */
export function procedureKey({ program, version, procedure }: RpcCall): number {
  if (version >= numbersMax || procedure >= numbersMax) return -1;
  return (program * numbersMax + version) * numbersMax + procedure;
}
