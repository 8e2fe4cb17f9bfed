import { NfsStat, type Symlinkargs } from '../../../protocol/generated/nfs2.ts';
import type { Call } from '../../call.ts';
import { makeSymlink } from '../../file-system/operations/make-symlink.ts';
import { openHandle, refusedNextInode } from '../file-handle.ts';
import { setAttributesOf } from '../sattr.ts';
import { failed } from '../status.ts';

/** RFC 1094 §2.2.14. */
export function symlink({ from, to, attributes }: Symlinkargs, call: Call): NfsStat {
  const target = openHandle(call, from.dir);
  if (target.status !== 'ok') return failed(target).status;
  const refused = refusedNextInode(call);
  if (refused !== undefined) return failed(refused).status;
  const place = { directory: target.ino, name: from.name };
  const outcome = makeSymlink(call.operation, place, to, setAttributesOf(attributes));
  return outcome.status === 'ok' ? NfsStat.NFS_OK : failed(outcome).status;
}
