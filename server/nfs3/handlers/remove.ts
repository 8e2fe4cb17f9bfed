import { Nfsstat3, type REMOVE3args, type REMOVE3res } from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { removeFile } from '../../file-system/operations/remove.ts';
import { unchangedWcc, wccOf } from '../fattr.ts';
import { openHandle } from '../file-handle.ts';
import { failed } from '../status.ts';

/** RFC 1813 §3.3.12. */
export function remove({ object: { dir, name } }: REMOVE3args, call: Call): REMOVE3res {
  const target = openHandle(call, dir);
  if (target.status !== 'ok') return failed(target, { dirWcc: unchangedWcc(call, target) });
  const outcome = removeFile(call.operation, { directory: target.ino, name });
  return outcome.status === 'ok'
    ? { status: Nfsstat3.NFS3_OK, resok: { dirWcc: wccOf(call, outcome.directory) } }
    : failed(outcome, { dirWcc: unchangedWcc(call, target) });
}
