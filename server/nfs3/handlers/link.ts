import { type LINK3args, type LINK3res, Nfsstat3 } from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { link as linkFile } from '../../file-system/operations/link.ts';
import { attributesNow, postOpAttributes, unchangedWcc, wccOf } from '../fattr.ts';
import { type OpenedHandle, openHandle, refusedPair } from '../file-handle.ts';
import { failed, type Nfs3Failure } from '../status.ts';

/** RFC 1813 §3.3.15. */
export function link({ file, link: { dir, name } }: LINK3args, call: Call): LINK3res {
  const source = openHandle(call, file);
  const target = openHandle(call, dir);
  const refuse = (why: Nfs3Failure): LINK3res => failed(why, unchanged(call, source, target));
  if (source.status !== 'ok') return refuse(source);
  if (target.status !== 'ok') return refuse(target);
  const apart = refusedPair(source, target);
  if (apart !== undefined) return refuse(apart);
  const outcome = linkFile(call.operation, source.ino, { directory: target.ino, name });
  if (outcome.status !== 'ok') return refuse(outcome);
  const fileAttributes = postOpAttributes(call, outcome.file.after);
  const linkdirWcc = wccOf(call, outcome.directory);
  return { status: Nfsstat3.NFS3_OK, resok: { fileAttributes, linkdirWcc } };
}

function unchanged(call: Call, source: OpenedHandle, target: OpenedHandle) {
  return { fileAttributes: attributesNow(call, source), linkdirWcc: unchangedWcc(call, target) };
}
