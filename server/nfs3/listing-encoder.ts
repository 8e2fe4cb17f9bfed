import { EncodedResults } from '../../pa/server/encoded-results.ts';
import { Nfsstat3, PostOpAttrCodec } from '../../protocol/generated/nfs3.ts';
import { XdrWriter } from '../../xdr/writer.ts';
import type { Call } from '../call.ts';
import { handleBytes } from '../file-system/file-handle.ts';
import type { NamedEntry } from '../file-system/records/entry-records.ts';
import { type Inode, sizeOf, usedBytesOf } from '../file-system/records/inode.ts';
import type { Time } from '../file-system/time.ts';
import { deviceOf, postOpAttributes, timeOf, typeOf } from './fattr.ts';
import { cookieVerifier, type Listing } from './listing.ts';

/**
 * The results of READDIR and READDIRPLUS (RFC 1813 §3.3.16, §3.3.17) written entry by entry: as objects for the generated
 * codec a thousand entries would cost ten times what finding them does.
 */
export class ListingEncoder {
  readonly #call: Call;
  readonly #listing: Listing;
  readonly #writer: XdrWriter;

  constructor(call: Call, listing: Listing) {
    this.#call = call;
    this.#listing = listing;
    this.#writer = new XdrWriter(listing.resultBytes);
    this.#writer.unsignedInt(Nfsstat3.NFS3_OK);
    PostOpAttrCodec.encode(this.#writer, postOpAttributes(call, listing.inode));
    this.#writer.opaqueFixed(cookieVerifier, cookieVerifier.length);
  }

  /** entry3, or the beginning of entryplus3, after the word that says that there is one. */
  entry({ ino, name, cookie }: NamedEntry): void {
    const writer = this.#writer;
    writer.bool(true);
    writer.safeUnsignedHyper(ino);
    writer.stringBytes(name);
    writer.safeUnsignedHyper(cookie);
  }

  /** The rest of entryplus3: post_op_attr and post_op_fh3 of what the entry stands for, where that may be shown. */
  attached(inode: Inode | undefined): void {
    const writer = this.#writer;
    if (inode === undefined) {
      writer.bool(false);
      writer.bool(false);
      return;
    }
    writer.bool(true);
    this.#attributes(inode);
    writer.bool(true);
    const { exportRoot } = this.#listing.near;
    writer.opaqueVariable(this.#call.handles.make({ ino: inode.ino, exportRoot }), handleBytes);
  }

  finish(): EncodedResults {
    this.#writer.bool(false);
    this.#writer.bool(this.#listing.eof);
    return new EncodedResults(this.#writer.finish());
  }

  /** RFC 1813 §2.6 fattr3, as `fattrOf` has it. */
  #attributes(inode: Inode): void {
    const writer = this.#writer;
    writer.unsignedInt(typeOf(inode));
    writer.unsignedInt(inode.mode);
    writer.unsignedInt(inode.nlink);
    writer.unsignedInt(inode.uid);
    writer.unsignedInt(inode.gid);
    writer.safeUnsignedHyper(sizeOf(inode));
    writer.safeUnsignedHyper(usedBytesOf(inode));
    const { major, minor } = deviceOf(inode);
    writer.unsignedInt(major);
    writer.unsignedInt(minor);
    writer.unsignedHyper(this.#call.handles.fsid);
    writer.safeUnsignedHyper(inode.ino);
    this.#time(inode.atime);
    this.#time(inode.mtime);
    this.#time(inode.ctime);
  }

  #time(time: Time): void {
    const { seconds, nseconds } = timeOf(time);
    this.#writer.unsignedInt(seconds);
    this.#writer.unsignedInt(nseconds);
  }
}
