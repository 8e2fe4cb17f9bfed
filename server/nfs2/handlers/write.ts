import type { Attrstat, Writeargs } from '../../../protocol/generated/nfs2.ts';
import type { Call } from '../../call.ts';
import { write as writeFile } from '../../file-system/operations/write.ts';
import { failure } from '../../file-system/status.ts';
import { attrstatOf } from '../fattr.ts';
import { openHandle } from '../file-handle.ts';
import { wordMax } from '../limits.ts';
import { failed } from '../status.ts';

/** RFC 1094 §2.2.9. */
export function write({ file, offset, data }: Writeargs, call: Call): Attrstat {
  const target = openHandle(call, file);
  if (target.status !== 'ok') return failed(target);
  // The file's size could not be told any more.
  if (offset + data.length > wordMax) return failed(failure('FBIG'));
  const outcome = writeFile(call.operation, target.ino, offset, data);
  return outcome.status === 'ok' ? attrstatOf(call, outcome.after) : failed(outcome);
}
