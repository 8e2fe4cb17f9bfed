import { type Linkargs, NfsStat } from '../../../protocol/generated/nfs2.ts';
import type { Call } from '../../call.ts';
import { link as linkFile } from '../../file-system/operations/link.ts';
import { openHandles } from '../file-handle.ts';
import { failed } from '../status.ts';

/** RFC 1094 §2.2.13. */
export function link({ from, to }: Linkargs, call: Call): NfsStat {
  const targets = openHandles(call, from, to.dir);
  if (targets.status !== 'ok') return failed(targets).status;
  const { first, second } = targets;
  const outcome = linkFile(call.operation, first.ino, { directory: second.ino, name: to.name });
  return outcome.status === 'ok' ? NfsStat.NFS_OK : failed(outcome).status;
}
