import { NfsStat, type Renameargs } from '../../../protocol/generated/nfs2.ts';
import type { Call } from '../../call.ts';
import { rename as renameEntry } from '../../file-system/operations/rename.ts';
import { openHandles } from '../file-handle.ts';
import { failed } from '../status.ts';

/** RFC 1094 §2.2.12. */
export function rename({ from, to }: Renameargs, call: Call): NfsStat {
  const targets = openHandles(call, from.dir, to.dir);
  if (targets.status !== 'ok') return failed(targets).status;
  const outcome = renameEntry(
    call.operation,
    { directory: targets.first.ino, name: from.name },
    { directory: targets.second.ino, name: to.name },
  );
  return outcome.status === 'ok' ? NfsStat.NFS_OK : failed(outcome).status;
}
