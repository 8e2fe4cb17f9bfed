import type { EncodedResults } from '../../../pa/server/encoded-results.ts';
import type { GETATTR3args, GETATTR3res } from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { getAttributes } from '../../file-system/operations/get-attributes.ts';
import { openHandle } from '../file-handle.ts';
import { ReplyEncoder } from '../reply-encoder.ts';
import { statusOf } from '../status.ts';

/** RFC 1813 §3.3.1. */
export function getattr({ object }: GETATTR3args, call: Call): GETATTR3res | EncodedResults {
  const target = openHandle(call, object);
  if (target.status !== 'ok') return { status: statusOf(target) };
  const outcome = getAttributes(call.operation, target.ino);
  if (outcome.status !== 'ok') return { status: statusOf(outcome) };
  return new ReplyEncoder(call).attributes(outcome.inode).finish();
}
