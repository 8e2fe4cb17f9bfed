import type { EncodedResults } from '../../../pa/server/encoded-results.ts';
import type { REMOVE3args, REMOVE3res } from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { removeFile } from '../../file-system/operations/remove.ts';
import { unchangedWcc } from '../fattr.ts';
import { openHandle } from '../file-handle.ts';
import { ReplyEncoder } from '../reply-encoder.ts';
import { failed } from '../status.ts';

/** RFC 1813 §3.3.12. */
export function remove(
  { object: { dir, name } }: REMOVE3args,
  call: Call,
): REMOVE3res | EncodedResults {
  const target = openHandle(call, dir);
  if (target.status !== 'ok') return failed(target, { dirWcc: unchangedWcc(call, target) });
  const outcome = removeFile(call.operation, { directory: target.ino, name });
  return outcome.status === 'ok'
    ? new ReplyEncoder(call).wcc(outcome.directory).finish()
    : failed(outcome, { dirWcc: unchangedWcc(call, target) });
}
