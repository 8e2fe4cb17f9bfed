import { type Diropargs, NfsStat } from '../../../protocol/generated/nfs2.ts';
import type { Call } from '../../call.ts';
import { removeDirectory } from '../../file-system/operations/remove.ts';
import { openHandle } from '../file-handle.ts';
import { failed } from '../status.ts';

/** RFC 1094 §2.2.16. */
export function rmdir({ dir, name }: Diropargs, call: Call): NfsStat {
  const target = openHandle(call, dir);
  if (target.status !== 'ok') return failed(target).status;
  const outcome = removeDirectory(call.operation, { directory: target.ino, name });
  return outcome.status === 'ok' ? NfsStat.NFS_OK : failed(outcome).status;
}
