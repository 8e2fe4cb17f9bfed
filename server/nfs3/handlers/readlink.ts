import {
  Nfsstat3,
  type READLINK3args,
  type READLINK3res,
} from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { readLink } from '../../file-system/operations/read-link.ts';
import { attributesNow, postOpAttributes } from '../fattr.ts';
import { openHandle } from '../file-handle.ts';
import { failed } from '../status.ts';

/** RFC 1813 §3.3.5. */
export function readlink({ symlink }: READLINK3args, call: Call): READLINK3res {
  const target = openHandle(call, symlink);
  const outcome = target.status === 'ok' ? readLink(call.operation, target.ino) : target;
  if (outcome.status !== 'ok') {
    return failed(outcome, { symlinkAttributes: attributesNow(call, target) });
  }
  const { inode } = outcome;
  const symlinkAttributes = postOpAttributes(call, inode);
  return { status: Nfsstat3.NFS3_OK, resok: { symlinkAttributes, data: inode.target } };
}
