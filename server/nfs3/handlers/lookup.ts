import type { EncodedResults } from '../../../pa/server/encoded-results.ts';
import type { LOOKUP3args, LOOKUP3res } from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { lookup as lookupName } from '../../file-system/operations/lookup.ts';
import { attributesNow } from '../fattr.ts';
import { openHandle } from '../file-handle.ts';
import { ReplyEncoder } from '../reply-encoder.ts';
import { failed } from '../status.ts';

/** RFC 1813 §3.3.3. */
export function lookup(
  { what: { dir, name } }: LOOKUP3args,
  call: Call,
): LOOKUP3res | EncodedResults {
  const target = openHandle(call, dir);
  if (target.status !== 'ok') return failed(target, { dirAttributes: attributesNow(call, target) });
  const { ino: directory, exportRoot } = target;
  const outcome = lookupName(call.operation, { directory, name, exportRoot });
  if (outcome.status !== 'ok') {
    return failed(outcome, { dirAttributes: attributesNow(call, target) });
  }
  return new ReplyEncoder(call)
    .handle(outcome.inode, target)
    .postOpAttributes(outcome.inode)
    .postOpAttributes(outcome.directory)
    .finish();
}
