import { Nfsstat3, type RENAME3args, type RENAME3res } from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { rename as renameEntry } from '../../file-system/operations/rename.ts';
import { unchangedWcc, wccOf } from '../fattr.ts';
import { type OpenedHandle, openHandle, refusedPair } from '../file-handle.ts';
import { failed, type Nfs3Failure } from '../status.ts';

/** RFC 1813 §3.3.14. */
export function rename({ from, to }: RENAME3args, call: Call): RENAME3res {
  const fromDir = openHandle(call, from.dir);
  const toDir = openHandle(call, to.dir);
  const refuse = (why: Nfs3Failure): RENAME3res => failed(why, unchanged(call, fromDir, toDir));
  if (fromDir.status !== 'ok') return refuse(fromDir);
  if (toDir.status !== 'ok') return refuse(toDir);
  const apart = refusedPair(fromDir, toDir);
  if (apart !== undefined) return refuse(apart);
  const outcome = renameEntry(
    call.operation,
    { directory: fromDir.ino, name: from.name },
    { directory: toDir.ino, name: to.name },
  );
  if (outcome.status !== 'ok') return refuse(outcome);
  const wcc = { fromdirWcc: wccOf(call, outcome.from), todirWcc: wccOf(call, outcome.to) };
  return { status: Nfsstat3.NFS3_OK, resok: wcc };
}

function unchanged(call: Call, fromDir: OpenedHandle, toDir: OpenedHandle) {
  return { fromdirWcc: unchangedWcc(call, fromDir), todirWcc: unchangedWcc(call, toDir) };
}
