import { EncodedResults } from '../../pa/server/encoded-results.ts';
import { Nfsstat3 } from '../../protocol/generated/nfs3.ts';
import { XdrWriter } from '../../xdr/writer.ts';
import type { Call } from '../call.ts';
import type { Change } from '../file-system/context.ts';
import { handleBytes, type HandleTarget } from '../file-system/file-handle.ts';
import { type Inode, sizeOf } from '../file-system/records/inode.ts';
import type { Time } from '../file-system/time.ts';
import { attributeWords } from './attribute-words.ts';
import { secondsOf } from './fattr.ts';

/** Of a reply with a status, a new handle, its attributes and a directory's before and after: no other has more. */
const smallReplyBytes = 320;

/**
 * Writes the results of the procedures that are called most, with NFS3_OK before them. They have the same few parts, and as
 * objects for the generated codec, with a BigInt for each 64-bit number, they cost more than all else that a GETATTR does.
 */
export class ReplyEncoder {
  readonly writer: XdrWriter;
  readonly #call: Call;

  constructor(call: Call, resultBytes: number = smallReplyBytes) {
    this.#call = call;
    this.writer = new XdrWriter(resultBytes);
    this.writer.unsignedInt(Nfsstat3.NFS3_OK);
  }

  /** RFC 1813 §2.6 fattr3, as `fattrOf` has it. */
  attributes(inode: Inode): this {
    this.writer.raw(attributeWords(inode, this.#call.handles));
    return this;
  }

  /** RFC 1813 §2.6 post_op_attr. */
  postOpAttributes(inode: Inode): this {
    this.writer.bool(true);
    return this.attributes(inode);
  }

  /** RFC 1813 §2.6 nfs_fh3: of something below the same export root. */
  handle(inode: Inode, { exportRoot }: HandleTarget): this {
    this.writer.opaqueVariable(
      this.#call.handles.make({ ino: inode.ino, exportRoot }),
      handleBytes,
    );
    return this;
  }

  /** RFC 1813 §2.6 post_op_fh3. */
  postOpHandle(inode: Inode, near: HandleTarget): this {
    this.writer.bool(true);
    return this.handle(inode, near);
  }

  /** RFC 1813 §2.6 wcc_data, as `wccOf` has it. */
  wcc({ before, after }: Change<Inode>): this {
    this.writer.bool(true);
    this.writer.safeUnsignedHyper(sizeOf(before));
    this.#time(before.mtime);
    this.#time(before.ctime);
    return this.postOpAttributes(after);
  }

  finish(): EncodedResults {
    return new EncodedResults(this.writer.finish());
  }

  #time(time: Time): void {
    this.writer.unsignedInt(secondsOf(time));
    this.writer.unsignedInt(time.nanoseconds);
  }
}
