import { type Diropargs, type Diropres, NfsStat } from '../../../protocol/generated/nfs2.ts';
import type { Call } from '../../call.ts';
import type { HandleTarget } from '../../file-system/file-handle.ts';
import { lookup as lookupName } from '../../file-system/operations/lookup.ts';
import type { Inode } from '../../file-system/records/inode.ts';
import { fattrOf } from '../fattr.ts';
import { handleOf, openHandle, refusedInode } from '../file-handle.ts';
import { failed } from '../status.ts';

/** RFC 1094 §2.2.5. */
export function lookup({ dir, name }: Diropargs, call: Call): Diropres {
  const target = openHandle(call, dir);
  if (target.status !== 'ok') return failed(target);
  const { ino: directory, exportRoot } = target;
  const outcome = lookupName(call.operation, { directory, name, exportRoot });
  if (outcome.status !== 'ok') return failed(outcome);
  const refused = refusedInode(call, outcome.inode.ino);
  return refused === undefined ? diropresOf(call, outcome.inode, target) : failed(refused);
}

/** RFC 1094 §2.3.11: what a directory operation found or made. */
export function diropresOf(call: Call, inode: Inode, directory: HandleTarget): Diropres {
  const file = handleOf(call, inode, directory);
  return { status: NfsStat.NFS_OK, diropok: { file, attributes: fattrOf(call, inode) } };
}
