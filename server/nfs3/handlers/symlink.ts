import type { EncodedResults } from '../../../pa/server/encoded-results.ts';
import type { SYMLINK3args, SYMLINK3res } from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { makeSymlink } from '../../file-system/operations/make-symlink.ts';
import { replyToMaking } from '../made.ts';
import { setAttributesOf } from '../sattr.ts';

/** RFC 1813 §3.3.10. */
export function symlink(
  { where, symlink: link }: SYMLINK3args,
  call: Call,
): SYMLINK3res | EncodedResults {
  const asked = setAttributesOf(link.symlinkAttributes);
  return replyToMaking(call, where, (place) =>
    makeSymlink(call.operation, place, link.symlinkData, asked),
  );
}
