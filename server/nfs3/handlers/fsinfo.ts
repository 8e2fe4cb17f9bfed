import {
  FSF3_CANSETTIME,
  FSF3_HOMOGENEOUS,
  FSF3_LINK,
  FSF3_SYMLINK,
  type FSINFO3args,
  type FSINFO3res,
  Nfsstat3,
} from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { openInode } from '../../file-system/context.ts';
import { fileBytesMax } from '../../file-system/limits.ts';
import { attributesNow, postOpAttributes } from '../fattr.ts';
import { openHandle } from '../file-handle.ts';
import { listingBytesOf, transferBytesOf } from '../limits.ts';
import { failed } from '../status.ts';

/** What transfers should be a multiple of. Any size does; this is a page of the client's. */
const transferMultipleBytes = 4096;
/** Times are given with nanoseconds, and a microsecond lies between two changes. */
const timeDelta = { seconds: 0, nseconds: 1000 };
const properties = FSF3_LINK | FSF3_SYMLINK | FSF3_HOMOGENEOUS | FSF3_CANSETTIME;

/** RFC 1813 §3.3.19. */
export function fsinfo({ fsroot }: FSINFO3args, call: Call): FSINFO3res {
  const target = openHandle(call, fsroot);
  const outcome = target.status === 'ok' ? openInode(call.operation, target.ino) : target;
  if (outcome.status !== 'ok') {
    return failed(outcome, { objAttributes: attributesNow(call, target) });
  }
  const transferBytes = transferBytesOf(call);
  return {
    status: Nfsstat3.NFS3_OK,
    resok: {
      objAttributes: postOpAttributes(call, outcome.inode),
      rtmax: transferBytes,
      rtpref: transferBytes,
      rtmult: transferMultipleBytes,
      wtmax: transferBytes,
      wtpref: transferBytes,
      wtmult: transferMultipleBytes,
      dtpref: listingBytesOf(call),
      maxfilesize: BigInt(fileBytesMax),
      timeDelta,
      properties,
    },
  };
}
