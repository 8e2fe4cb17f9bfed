import type { EncodedResults } from '../../../pa/server/encoded-results.ts';
import type { RENAME3args, RENAME3res } from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { rename as renameEntry } from '../../file-system/operations/rename.ts';
import { unchangedWcc } from '../fattr.ts';
import { type OpenedHandle, openHandle, refusedPair } from '../file-handle.ts';
import { ReplyEncoder } from '../reply-encoder.ts';
import { failed, type Nfs3Failure } from '../status.ts';

/** RFC 1813 §3.3.14. */
export function rename({ from, to }: RENAME3args, call: Call): RENAME3res | EncodedResults {
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
  return new ReplyEncoder(call).wcc(outcome.from).wcc(outcome.to).finish();
}

function unchanged(call: Call, fromDir: OpenedHandle, toDir: OpenedHandle) {
  return { fromdirWcc: unchangedWcc(call, fromDir), todirWcc: unchangedWcc(call, toDir) };
}
