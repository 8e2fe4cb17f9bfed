import {
  type CREATE3resfail,
  type CREATE3resok,
  type Diropargs3,
  Nfsstat3,
} from '../../protocol/generated/nfs3.ts';
import type { Call } from '../call.ts';
import type { HandleTarget } from '../file-system/file-handle.ts';
import type { Made } from '../file-system/operations/make.ts';
import type { Place } from '../file-system/operations/names-in-directory.ts';
import type { Outcome } from '../file-system/status.ts';
import { postOpAttributes, unchangedWcc, wccOf } from './fattr.ts';
import { openHandle, postOpHandle } from './file-handle.ts';
import { failed } from './status.ts';

/** The reply of CREATE, MKDIR, SYMLINK and MKNOD, which are four types of one shape. */
type MadeReply =
  | { readonly status: typeof Nfsstat3.NFS3_OK; readonly resok: CREATE3resok }
  | {
      readonly status: Exclude<Nfsstat3, typeof Nfsstat3.NFS3_OK>;
      readonly resfail: CREATE3resfail;
    };

/** Makes something new with `make`, an operation of the file system, and tells what came of it. */
export function replyToMaking(
  call: Call,
  { dir, name }: Diropargs3,
  make: (place: Place) => Outcome<Made>,
): MadeReply {
  const target = openHandle(call, dir);
  if (target.status !== 'ok') return failed(target, { dirWcc: unchangedWcc(call, target) });
  const outcome = make({ directory: target.ino, name });
  return outcome.status === 'ok'
    ? { status: Nfsstat3.NFS3_OK, resok: madeOf(call, outcome, target) }
    : failed(outcome, { dirWcc: unchangedWcc(call, target) });
}

function madeOf(call: Call, { inode, directory }: Made, near: HandleTarget): CREATE3resok {
  return {
    obj: postOpHandle(call, inode, near),
    objAttributes: postOpAttributes(call, inode),
    dirWcc: wccOf(call, directory),
  };
}
