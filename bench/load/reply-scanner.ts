/** `status` is the first word of the results, RFC 1813 §2.6 nfsstat3; 0 where there are none, as those of NULL. */
export type OnReply = (xid: number, status: number, bytes: number) => void;

const markBytes = 4;
const lastFragment = 0x8000_0000;
/** RFC 5531 §9: xid, message type, reply status, verifier without a body, accept status. */
const acceptedBytes = 24;
const headBytesMax = acceptedBytes + 4;
const offsetOf = { replyStatus: 8, verifierBytes: 16, acceptStatus: 20 } as const;

/**
 * Finds the replies in a stream of records (RFC 5531 §11) and reads their status; all other bytes are passed over, so that a load
 * generator costs little. Anything but an accepted, successful reply with an empty verifier throws: a server under
 * measurement answers nothing else.
 */
export class ReplyScanner {
  readonly #onReply: OnReply;
  readonly #mark = Buffer.alloc(markBytes);
  #markLength = 0;
  readonly #head = Buffer.alloc(headBytesMax);
  /** Bytes of the current record so far. */
  #recordBytes = 0;
  /** Still to come of the current fragment. */
  #fragmentLeft = 0;
  #isLast = false;

  constructor(onReply: OnReply) {
    this.#onReply = onReply;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#fragmentLeft === 0) {
        const taken = Math.min(markBytes - this.#markLength, chunk.length - at);
        chunk.copy(this.#mark, this.#markLength, at, at + taken);
        this.#markLength += taken;
        at += taken;
        if (this.#markLength < markBytes) return;
        this.#markLength = 0;
        const mark = this.#mark.readUInt32BE(0);
        this.#isLast = mark >= lastFragment;
        this.#fragmentLeft = this.#isLast ? mark - lastFragment : mark;
      }
      const taken = Math.min(this.#fragmentLeft, chunk.length - at);
      if (this.#recordBytes < headBytesMax) {
        chunk.copy(this.#head, this.#recordBytes, at, at + taken);
      }
      this.#recordBytes += taken;
      this.#fragmentLeft -= taken;
      at += taken;
      if (this.#fragmentLeft === 0 && this.#isLast) this.#end();
    }
  }

  #end(): void {
    const bytes = this.#recordBytes;
    const head = this.#head;
    this.#recordBytes = 0;
    if (bytes < acceptedBytes) throw new Error(`a reply of ${bytes} bytes`);
    for (const at of Object.values(offsetOf)) {
      const word = head.readUInt32BE(at);
      if (word !== 0) throw new Error(`a reply with ${word} at byte ${at}`);
    }
    const status = bytes < headBytesMax ? 0 : head.readUInt32BE(acceptedBytes);
    this.#onReply(head.readUInt32BE(0), status, bytes);
  }
}
