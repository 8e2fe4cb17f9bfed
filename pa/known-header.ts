import type { CallHeader } from './header.ts';

// Where protocol/pa.x puts them: version (4), destination (16), client (16), incarnation (8), sequence (8), lowest unfinished (8), epoch (8).
const sequenceAt = 48;
const lowestUnfinishedAt = 56;
const wordBytes = 4;
/** Everything before an origin and a MAC, with the words that say whether there is an origin, and how long the MAC is. */
const comparedBytes = 76;

/**
 * A header as it came. Those of the calls that follow on a connection differ from it in two numbers, as long as one client follows
 * one hint: these are read, and nothing is decoded again. Not for relayed calls, whose origin and MAC differ each time.
 */
export class KnownHeader {
  readonly #body: Buffer;
  readonly #bodyBytes: number;
  readonly #header: CallHeader;

  /** `body` is what `header` was decoded from. */
  constructor(body: Buffer, header: CallHeader) {
    // Copied: a view would keep all that came with it.
    this.#body = Buffer.from(body.subarray(0, comparedBytes));
    this.#bodyBytes = body.length;
    this.#header = header;
  }

  /** What `decodeCallHeader` would say; undefined where that has to be asked. */
  next(body: Buffer): CallHeader | undefined {
    if (!this.#isLike(body)) return undefined;
    const sequence = body.readUInt32BE(sequenceAt);
    const lowestUnfinished = body.readUInt32BE(lowestUnfinishedAt);
    if (lowestUnfinished > sequence) return undefined;
    const { aliasUi, clientUi, incarnation, hintEpoch } = this.#header;
    return {
      aliasUi,
      clientUi,
      incarnation,
      sequence,
      lowestUnfinished,
      hintEpoch,
      origin: undefined,
    };
  }

  /** The same but for the low words of its two numbers, which have no high ones. */
  #isLike(body: Buffer): boolean {
    const known = this.#body;
    const { sequence, lowestUnfinished, origin } = this.#header;
    const isSmall = sequence <= 0xffff_ffff && lowestUnfinished <= 0xffff_ffff;
    if (!isSmall || origin !== undefined || body.length !== this.#bodyBytes) return false;
    for (let at = 0; at < comparedBytes; at += 1) {
      if (at === sequenceAt || at === lowestUnfinishedAt) at += wordBytes;
      if (body[at] !== known[at]) return false;
    }
    return true;
  }
}
