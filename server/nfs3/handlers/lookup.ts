import { type LOOKUP3args, type LOOKUP3res, Nfsstat3 } from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { lookup as lookupName } from '../../file-system/operations/lookup.ts';
import { attributesNow, postOpAttributes } from '../fattr.ts';
import { handleOf, openHandle } from '../file-handle.ts';
import { failed } from '../status.ts';

/** RFC 1813 §3.3.3. */
export function lookup({ what: { dir, name } }: LOOKUP3args, call: Call): LOOKUP3res {
  const target = openHandle(call, dir);
  if (target.status !== 'ok') return failed(target, { dirAttributes: attributesNow(call, target) });
  const { ino: directory, exportRoot } = target;
  const outcome = lookupName(call.operation, { directory, name, exportRoot });
  if (outcome.status !== 'ok') {
    return failed(outcome, { dirAttributes: attributesNow(call, target) });
  }
  return {
    status: Nfsstat3.NFS3_OK,
    resok: {
      object: handleOf(call, outcome.inode, target),
      objAttributes: postOpAttributes(call, outcome.inode),
      dirAttributes: postOpAttributes(call, outcome.directory),
    },
  };
}
