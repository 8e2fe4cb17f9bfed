import type { EncodedResults } from '../../pa/server/encoded-results.ts';
import type { CREATE3resfail, Diropargs3, Nfsstat3 } from '../../protocol/generated/nfs3.ts';
import type { Call } from '../call.ts';
import type { HandleTarget } from '../file-system/file-handle.ts';
import type { Made } from '../file-system/operations/make.ts';
import type { Place } from '../file-system/operations/names-in-directory.ts';
import type { Outcome } from '../file-system/status.ts';
import { unchangedWcc } from './fattr.ts';
import { openHandle } from './file-handle.ts';
import { ReplyEncoder } from './reply-encoder.ts';
import { failed } from './status.ts';

/** Why CREATE, MKDIR, SYMLINK or MKNOD made nothing: four types of one shape. */
interface Refusal {
  readonly status: Exclude<Nfsstat3, typeof Nfsstat3.NFS3_OK>;
  readonly resfail: CREATE3resfail;
}

/** Makes something new with `make`, an operation of the file system, and tells what came of it. */
export function replyToMaking(
  call: Call,
  { dir, name }: Diropargs3,
  make: (place: Place) => Outcome<Made>,
): Refusal | EncodedResults {
  const target = openHandle(call, dir);
  if (target.status !== 'ok') return failed(target, { dirWcc: unchangedWcc(call, target) });
  const outcome = make({ directory: target.ino, name });
  return outcome.status === 'ok'
    ? encoded(call, outcome, target)
    : failed(outcome, { dirWcc: unchangedWcc(call, target) });
}

function encoded(call: Call, { inode, directory }: Made, near: HandleTarget): EncodedResults {
  return new ReplyEncoder(call)
    .postOpHandle(inode, near)
    .postOpAttributes(inode)
    .wcc(directory)
    .finish();
}
