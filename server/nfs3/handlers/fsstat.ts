import { type FSSTAT3args, type FSSTAT3res, Nfsstat3 } from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { openInode } from '../../file-system/context.ts';
import { volumeSpace } from '../../file-system/operations/volume-space.ts';
import { attributesNow, postOpAttributes } from '../fattr.ts';
import { openHandle } from '../file-handle.ts';
import { failed } from '../status.ts';

/** Where no quota says how many files there may be: as many as fit on the disk, at this size each. */
const assumedFileBytes = 4096;

/** RFC 1813 §3.3.18. */
export function fsstat({ fsroot }: FSSTAT3args, call: Call): FSSTAT3res {
  const target = openHandle(call, fsroot);
  const outcome = target.status === 'ok' ? openInode(call.operation, target.ino) : target;
  if (outcome.status !== 'ok') {
    return failed(outcome, { objAttributes: attributesNow(call, target) });
  }
  const space = volumeSpace(call.operation, call.service.volume.space);
  const { usedInodes, totalInodes } = space;
  const room = Math.floor(space.availableBytes / assumedFileBytes);
  const freeInodes = totalInodes === undefined ? room : Math.max(0, totalInodes - usedInodes);
  return {
    status: Nfsstat3.NFS3_OK,
    resok: {
      objAttributes: postOpAttributes(call, outcome.inode),
      tbytes: BigInt(space.totalBytes),
      fbytes: BigInt(space.freeBytes),
      abytes: BigInt(space.availableBytes),
      tfiles: BigInt(totalInodes ?? usedInodes + freeInodes),
      ffiles: BigInt(freeInodes),
      afiles: BigInt(freeInodes),
      invarsec: 0,
    },
  };
}
