import type { EncodedResults } from '../../../pa/server/encoded-results.ts';
import type { MKDIR3args, MKDIR3res } from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { makeDirectory } from '../../file-system/operations/make-directory.ts';
import { replyToMaking } from '../made.ts';
import { setAttributesOf } from '../sattr.ts';

/** RFC 1813 §3.3.9. */
export function mkdir({ where, attributes }: MKDIR3args, call: Call): MKDIR3res | EncodedResults {
  const asked = setAttributesOf(attributes);
  return replyToMaking(call, where, (place) => makeDirectory(call.operation, place, asked));
}
