import type { EncodedResults } from '../../../pa/server/encoded-results.ts';
import {
  type CREATE3args,
  type CREATE3res,
  type Createhow3,
  Createmode3,
} from '../../../protocol/generated/nfs3.ts';
import { unreachable } from '../../unreachable.ts';
import type { Call } from '../../call.ts';
import { create as createFile, type CreateHow } from '../../file-system/operations/create.ts';
import { replyToMaking } from '../made.ts';
import { setAttributesOf } from '../sattr.ts';

/** RFC 1813 §3.3.8. */
export function create({ where, how }: CREATE3args, call: Call): CREATE3res | EncodedResults {
  return replyToMaking(call, where, (place) => createFile(call.operation, place, howOf(how)));
}

function howOf(how: Createhow3): CreateHow {
  switch (how.mode) {
    case Createmode3.UNCHECKED:
      return { mode: 'unchecked', attributes: setAttributesOf(how.objAttributes) };
    case Createmode3.GUARDED:
      return { mode: 'guarded', attributes: setAttributesOf(how.objAttributes) };
    case Createmode3.EXCLUSIVE:
      return { mode: 'exclusive', verifier: how.verf };
    default:
      return unreachable(how);
  }
}
