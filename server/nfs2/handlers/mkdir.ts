import type { Createargs, Diropres } from '../../../protocol/generated/nfs2.ts';
import type { Call } from '../../call.ts';
import { makeDirectory } from '../../file-system/operations/make-directory.ts';
import { openHandle, refusedNextInode } from '../file-handle.ts';
import { setAttributesOf } from '../sattr.ts';
import { failed } from '../status.ts';
import { diropresOf } from './lookup.ts';

/** RFC 1094 §2.2.15. */
export function mkdir({ where, attributes }: Createargs, call: Call): Diropres {
  const target = openHandle(call, where.dir);
  if (target.status !== 'ok') return failed(target);
  const refused = refusedNextInode(call);
  if (refused !== undefined) return failed(refused);
  const place = { directory: target.ino, name: where.name };
  const outcome = makeDirectory(call.operation, place, setAttributesOf(attributes));
  return outcome.status === 'ok' ? diropresOf(call, outcome.inode, target) : failed(outcome);
}
