import { strict as assert } from 'node:assert';
import { EncodedResults } from '../../pa/server/encoded-results.ts';
import { Nfsstat3 } from '../../protocol/generated/nfs3.ts';
import type { Call } from '../call.ts';
import { handleBytes } from '../file-system/file-handle.ts';
import type { NamedEntry } from '../file-system/records/entry-records.ts';
import type { Inode } from '../file-system/records/inode.ts';
import { attributeBytes, putAttributes, putHyper, putWord } from './attribute-words.ts';
import { cookieVerifier, type Listing } from './listing.ts';

/** XDR has no other values for a boolean (RFC 4506 §4.4). */
const yes = 1;
const no = 0;

/**
 * The results of READDIR and READDIRPLUS (RFC 1813 §3.3.16, §3.3.17) written entry by entry, each word to its place in one
 * buffer: as objects for the generated codec a thousand entries would cost ten times what finding them does, through an
 * XdrWriter half as much again.
 */
export class ListingEncoder {
  readonly #call: Call;
  readonly #listing: Listing;
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #at = 0;

  constructor(call: Call, listing: Listing) {
    this.#call = call;
    this.#listing = listing;
    this.#bytes = Buffer.allocUnsafe(listing.resultBytes);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
    this.#word(Nfsstat3.NFS3_OK);
    this.#attributes(listing.inode);
    this.#copy(cookieVerifier);
  }

  /** entry3, or the beginning of entryplus3, after the word that says that there is one. */
  entry({ ino, name, cookie }: NamedEntry): void {
    this.#word(yes);
    this.#hyper(ino);
    this.#word(name.length);
    this.#name(name);
    this.#hyper(cookie);
  }

  /** The rest of entryplus3: post_op_attr and post_op_fh3 of what the entry stands for, where that may be shown. */
  attached(inode: Inode | undefined): void {
    if (inode === undefined) {
      this.#word(no);
      this.#word(no);
      return;
    }
    this.#attributes(inode);
    this.#word(yes);
    this.#word(handleBytes);
    const { exportRoot } = this.#listing.near;
    this.#copy(this.#call.handles.make({ ino: inode.ino, exportRoot }));
  }

  finish(): EncodedResults {
    this.#word(no);
    this.#word(this.#listing.eof ? yes : no);
    return new EncodedResults([this.#bytes.subarray(0, this.#at)]);
  }

  /** RFC 1813 §2.6 post_op_attr. */
  #attributes(inode: Inode): void {
    this.#word(yes);
    putAttributes(this.#view, this.#at, inode, this.#call.handles);
    this.#at += attributeBytes;
  }

  #word(value: number): void {
    putWord(this.#view, this.#at, value);
    this.#at += 4;
  }

  #hyper(value: number): void {
    putHyper(this.#view, this.#at, value);
    this.#at += 8;
  }

  #copy(from: Buffer): void {
    this.#bytes.set(from, this.#at);
    this.#at += from.length;
  }

  /** The characters of a name, each a byte, with zeros up to a multiple of four (RFC 4506 §4.11). */
  #name(name: string): void {
    const bytes = this.#bytes;
    let at = this.#at;
    let all = 0;
    for (let index = 0; index < name.length; index += 1) {
      const code = name.charCodeAt(index);
      bytes[at + index] = code;
      all |= code;
    }
    assert(all <= 0xff, 'each character of a name is a byte');
    for (at += name.length; (at & 3) !== 0; at += 1) bytes[at] = 0;
    this.#at = at;
  }
}
