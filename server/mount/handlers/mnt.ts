import type { Dirpath, Fhstatus } from '../../../protocol/generated/mount.ts';
import type { Call } from '../../call.ts';
import { failed } from '../../nfs2/status.ts';
import { addMount } from '../mount-list.ts';
import { findMountPath } from '../mount-path.ts';

/** RFC 1094 §A.5.2. The directory is the export root of its handle, and of every handle that comes from it. */
export function mnt(path: Dirpath, call: Call): Fhstatus {
  const found = findMountPath(call, path);
  // §A.4.2: a status is a Unix error number; those of NFS are the same.
  if (found.status !== 'ok') return failed(found);
  const { ino } = found;
  const { transaction, caller, volume } = call.service;
  if (volume.admitsGrowth) addMount(transaction, { address: caller.address, path });
  return { status: 0, directory: call.handles.make({ ino, exportRoot: ino }) };
}
