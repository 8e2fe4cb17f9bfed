import type { Attrstat, Sattrargs } from '../../../protocol/generated/nfs2.ts';
import type { Call } from '../../call.ts';
import type { SetAttributes } from '../../file-system/attributes.ts';
import { setAttributes } from '../../file-system/operations/set-attributes.ts';
import { attrstatOf } from '../fattr.ts';
import { openHandle } from '../file-handle.ts';
import { setAttributesOf } from '../sattr.ts';
import { failed } from '../status.ts';

/** How far a client's clock may be off for its time to count as "now". */
const touchSecondsMax = 30 * 60;

/** RFC 1094 §2.2.3. */
export function setattr({ file, attributes }: Sattrargs, call: Call): Attrstat {
  const target = openHandle(call, file);
  if (target.status !== 'ok') return failed(target);
  const asked = setAttributesOf(attributes);
  const first = setAttributes(call.operation, target.ino, asked);
  const outcome =
    first.status === 'PERM' && looksLikeTouch(asked, call)
      ? setAttributes(call.operation, target.ino, { ...asked, atime: 'now', mtime: 'now' })
      : first;
  return outcome.status === 'ok' ? attrstatOf(call, outcome.after) : failed(outcome);
}

/**
 * A client that does not know the convention of `sattr.ts` sends its own clock for touch(1), which whoever may write
 * may do, though only the owner may set a given time. Linux's server sees it by the same signs.
 */
function looksLikeTouch({ atime, mtime }: SetAttributes, call: Call): boolean {
  if (typeof atime !== 'object' || typeof mtime !== 'object') return false;
  const now = Math.floor(call.operation.nowMicroseconds / 1_000_000);
  return atime.seconds === mtime.seconds && Math.abs(atime.seconds - now) < touchSecondsMax;
}
