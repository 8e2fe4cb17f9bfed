import type { Attrstat, Fhandle } from '../../../protocol/generated/nfs2.ts';
import type { Call } from '../../call.ts';
import { getAttributes } from '../../file-system/operations/get-attributes.ts';
import { attrstatOf } from '../fattr.ts';
import { openHandle } from '../file-handle.ts';
import { failed } from '../status.ts';

/** RFC 1094 §2.2.2. */
export function getattr(file: Fhandle, call: Call): Attrstat {
  const target = openHandle(call, file);
  if (target.status !== 'ok') return failed(target);
  const outcome = getAttributes(call.operation, target.ino);
  return outcome.status === 'ok' ? attrstatOf(call, outcome.inode) : failed(outcome);
}
