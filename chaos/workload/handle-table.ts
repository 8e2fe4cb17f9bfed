import { type Diropres, NfsStat } from '../../protocol/generated/nfs2.ts';
import type { Ino } from '../history/call.ts';

/** The handle of every file that any worker has seen, by its inode number. Removed ones stay: they are to be stale. */
export class HandleTable {
  readonly #handles = new Map<Ino, Buffer>();

  /** Remembers the handle of a reply, if it has one, and gives the reply back. */
  learn(result: Diropres): Diropres {
    if (result.status === NfsStat.NFS_OK) {
      const { file, attributes } = result.diropok;
      // The reply's buffer is not ours for ever.
      this.#handles.set(attributes.fileid, Buffer.from(file));
    }
    return result;
  }

  get(ino: Ino): Buffer {
    const handle = this.#handles.get(ino);
    if (handle === undefined) throw new Error(`nobody has seen inode ${ino}`);
    return handle;
  }
}
