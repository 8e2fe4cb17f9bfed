import type { EncodedResults } from '../../pa/server/encoded-results.ts';
import type { Call } from '../call.ts';
import type { NamedEntry } from '../file-system/records/entry-records.ts';
import type { Inode } from '../file-system/records/inode.ts';
import { cookieVerifier, type Listing } from './listing.ts';
import { ReplyEncoder } from './reply-encoder.ts';

/**
 * The results of READDIR and READDIRPLUS (RFC 1813 §3.3.16, §3.3.17) written entry by entry: as objects for the generated
 * codec a thousand entries would cost ten times what finding them does.
 */
export class ListingEncoder {
  readonly #listing: Listing;
  readonly #reply: ReplyEncoder;

  constructor(call: Call, listing: Listing) {
    this.#listing = listing;
    this.#reply = new ReplyEncoder(call, listing.resultBytes);
    this.#reply.postOpAttributes(listing.inode);
    this.#reply.writer.opaqueFixed(cookieVerifier, cookieVerifier.length);
  }

  /** entry3, or the beginning of entryplus3, after the word that says that there is one. */
  entry({ ino, name, cookie }: NamedEntry): void {
    const { writer } = this.#reply;
    writer.bool(true);
    writer.safeUnsignedHyper(ino);
    writer.stringBytes(name);
    writer.safeUnsignedHyper(cookie);
  }

  /** The rest of entryplus3: post_op_attr and post_op_fh3 of what the entry stands for, where that may be shown. */
  attached(inode: Inode | undefined): void {
    if (inode === undefined) {
      this.#reply.writer.bool(false);
      this.#reply.writer.bool(false);
      return;
    }
    this.#reply.postOpAttributes(inode).postOpHandle(inode, this.#listing.near);
  }

  finish(): EncodedResults {
    this.#reply.writer.bool(false);
    this.#reply.writer.bool(this.#listing.eof);
    return this.#reply.finish();
  }
}
