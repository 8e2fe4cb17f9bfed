import {
  ACCESS3_DELETE,
  ACCESS3_EXECUTE,
  ACCESS3_EXTEND,
  ACCESS3_LOOKUP,
  ACCESS3_MODIFY,
  ACCESS3_READ,
  type ACCESS3args,
  type ACCESS3res,
  Nfsstat3,
} from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { type AccessRights, accessRights } from '../../file-system/operations/access-rights.ts';
import type { Inode } from '../../file-system/records/inode.ts';
import { attributesNow, postOpAttributes } from '../fattr.ts';
import { openHandle } from '../file-handle.ts';
import { failed } from '../status.ts';

/** RFC 1813 §3.3.4: of what is asked for, what the caller may do. */
export function access({ object, access: asked }: ACCESS3args, call: Call): ACCESS3res {
  const target = openHandle(call, object);
  if (target.status !== 'ok') return failed(target, { objAttributes: attributesNow(call, target) });
  const outcome = accessRights(call.operation, target.ino);
  if (outcome.status !== 'ok') {
    return failed(outcome, { objAttributes: attributesNow(call, target) });
  }
  const { inode, rights } = outcome;
  const objAttributes = postOpAttributes(call, inode);
  const granted = accessBits(inode, { ...rights, write: rights.write && !call.isReadOnly });
  return { status: Nfsstat3.NFS3_OK, resok: { objAttributes, access: asked & granted } };
}

function accessBits({ type }: Inode, { read, write, execute }: AccessRights): number {
  const isDirectory = type === 'directory';
  const execution = isDirectory ? ACCESS3_LOOKUP : ACCESS3_EXECUTE;
  // DELETE is about names in a directory; of the object itself nothing is known here.
  const change = ACCESS3_MODIFY | ACCESS3_EXTEND | (isDirectory ? ACCESS3_DELETE : 0);
  return (read ? ACCESS3_READ : 0) | (write ? change : 0) | (execute ? execution : 0);
}
