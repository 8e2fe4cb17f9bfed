import {
  Nfsstat3,
  type PATHCONF3args,
  type PATHCONF3res,
} from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { openInode } from '../../file-system/context.ts';
import { linksMax, nameBytesMax } from '../../file-system/limits.ts';
import { attributesNow, postOpAttributes } from '../fattr.ts';
import { openHandle } from '../file-handle.ts';
import { failed } from '../status.ts';

/** RFC 1813 §3.3.20. */
export function pathconf({ object }: PATHCONF3args, call: Call): PATHCONF3res {
  const target = openHandle(call, object);
  const outcome = target.status === 'ok' ? openInode(call.operation, target.ino) : target;
  if (outcome.status !== 'ok') {
    return failed(outcome, { objAttributes: attributesNow(call, target) });
  }
  return {
    status: Nfsstat3.NFS3_OK,
    resok: {
      objAttributes: postOpAttributes(call, outcome.inode),
      linkmax: linksMax,
      nameMax: nameBytesMax,
      noTrunc: true,
      chownRestricted: true,
      caseInsensitive: false,
      casePreserving: true,
    },
  };
}
