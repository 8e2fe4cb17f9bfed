import {
  Nfsstat3,
  type Sattrguard3,
  type SETATTR3args,
  type SETATTR3res,
} from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { getAttributes } from '../../file-system/operations/get-attributes.ts';
import { setAttributes } from '../../file-system/operations/set-attributes.ts';
import { timeOf, unchangedWcc, wccOf } from '../fattr.ts';
import { openHandle } from '../file-handle.ts';
import { setAttributesOf } from '../sattr.ts';
import { failed, type Nfs3Failure } from '../status.ts';

/** RFC 1813 §3.3.2. */
export function setattr({ object, newAttributes, guard }: SETATTR3args, call: Call): SETATTR3res {
  const target = openHandle(call, object);
  if (target.status !== 'ok') return failed(target, { objWcc: unchangedWcc(call, target) });
  const refused = refusedByGuard(call, target.ino, guard);
  if (refused !== undefined) return failed(refused, { objWcc: unchangedWcc(call, target) });
  const outcome = setAttributes(call.operation, target.ino, setAttributesOf(newAttributes));
  return outcome.status === 'ok'
    ? { status: Nfsstat3.NFS3_OK, resok: { objWcc: wccOf(call, outcome) } }
    : failed(outcome, { objWcc: unchangedWcc(call, target) });
}

/** A guarded change is made only while nobody else has changed the same: every change has a ctime of its own. */
function refusedByGuard(call: Call, ino: number, guard: Sattrguard3): Nfs3Failure | undefined {
  if (!guard.check) return undefined;
  const found = getAttributes(call.operation, ino);
  if (found.status !== 'ok') return found;
  const { seconds, nseconds } = timeOf(found.inode.ctime);
  const isSame = seconds === guard.objCtime.seconds && nseconds === guard.objCtime.nseconds;
  return isSame ? undefined : { status: 'NOT_SYNC' };
}
