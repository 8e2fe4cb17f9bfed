import { type GETATTR3args, type GETATTR3res, Nfsstat3 } from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { getAttributes } from '../../file-system/operations/get-attributes.ts';
import { fattrOf } from '../fattr.ts';
import { openHandle } from '../file-handle.ts';
import { statusOf } from '../status.ts';

/** RFC 1813 §3.3.1. */
export function getattr({ object }: GETATTR3args, call: Call): GETATTR3res {
  const target = openHandle(call, object);
  if (target.status !== 'ok') return { status: statusOf(target) };
  const outcome = getAttributes(call.operation, target.ino);
  if (outcome.status !== 'ok') return { status: statusOf(outcome) };
  return { status: Nfsstat3.NFS3_OK, resok: { objAttributes: fattrOf(call, outcome.inode) } };
}
