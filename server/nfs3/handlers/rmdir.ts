import { Nfsstat3, type RMDIR3args, type RMDIR3res } from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { removeDirectory } from '../../file-system/operations/remove.ts';
import { unchangedWcc, wccOf } from '../fattr.ts';
import { openHandle } from '../file-handle.ts';
import { failed } from '../status.ts';

/** RFC 1813 §3.3.13. */
export function rmdir({ object: { dir, name } }: RMDIR3args, call: Call): RMDIR3res {
  const target = openHandle(call, dir);
  if (target.status !== 'ok') return failed(target, { dirWcc: unchangedWcc(call, target) });
  const outcome = removeDirectory(call.operation, { directory: target.ino, name });
  return outcome.status === 'ok'
    ? { status: Nfsstat3.NFS3_OK, resok: { dirWcc: wccOf(call, outcome.directory) } }
    : failed(outcome, { dirWcc: unchangedWcc(call, target) });
}
