import { type COMMIT3args, type COMMIT3res, Nfsstat3 } from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { openFile } from '../../file-system/context.ts';
import { unchangedWcc } from '../fattr.ts';
import { openHandle } from '../file-handle.ts';
import { failed } from '../status.ts';
import { writeVerifierOf } from '../write-verifier.ts';

/** RFC 1813 §3.3.21. Every WRITE was durable when it was answered, so there is nothing to do, whatever the range. */
export function commit({ file }: COMMIT3args, call: Call): COMMIT3res {
  const target = openHandle(call, file);
  const outcome = target.status === 'ok' ? openFile(call.operation, target.ino) : target;
  const fileWcc = unchangedWcc(call, target);
  if (outcome.status !== 'ok') return failed(outcome, { fileWcc });
  return { status: Nfsstat3.NFS3_OK, resok: { fileWcc, verf: writeVerifierOf(call) } };
}
