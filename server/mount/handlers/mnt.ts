import {
  type Dirpath,
  type Fhstatus,
  type Mountres3,
  Mountstat3,
} from '../../../protocol/generated/mount.ts';
import { authFlavor } from '../../../rpc/opaque-auth.ts';
import type { Call } from '../../call.ts';
import type { FailureStatus, Outcome } from '../../file-system/status.ts';
import { failed } from '../../nfs2/status.ts';
import { addMount } from '../mount-list.ts';
import { findMountPath } from '../mount-path.ts';

/** RFC 1813 §I.5.1.5: how finding a directory can end. BADNAME as in NFS: what cannot be a name cannot be there either. */
const numbers: Partial<Readonly<Record<FailureStatus, Exclude<Mountstat3, 0>>>> = {
  NOENT: Mountstat3.MNT3ERR_NOENT,
  ACCES: Mountstat3.MNT3ERR_ACCES,
  NOTDIR: Mountstat3.MNT3ERR_NOTDIR,
  NAMETOOLONG: Mountstat3.MNT3ERR_NAMETOOLONG,
  BADNAME: Mountstat3.MNT3ERR_ACCES,
};

/** What a client may call with, the best first: a call without a credential is done as the export's anonymous user. */
const authFlavors = [authFlavor.AUTH_SYS, authFlavor.AUTH_NONE];

/** RFC 1094 §A.5.2. */
export function mnt(path: Dirpath, call: Call): Fhstatus {
  const mounted = mount(path, call);
  // §A.4.2: a status is a Unix error number; those of NFS are the same.
  return mounted.status === 'ok' ? { status: 0, directory: mounted.handle } : failed(mounted);
}

/** RFC 1813 §I.5.2.1. */
export function mnt3(path: Dirpath, call: Call): Mountres3 {
  const mounted = mount(path, call);
  if (mounted.status !== 'ok') {
    return { fhsStatus: numbers[mounted.status] ?? Mountstat3.MNT3ERR_SERVERFAULT };
  }
  const mountinfo = { fhandle: mounted.handle, authFlavors };
  return { fhsStatus: Mountstat3.MNT3_OK, mountinfo };
}

/** The directory is the export root of its handle, and of every handle that comes from it. */
function mount(path: Dirpath, call: Call): Outcome<{ handle: Buffer }> {
  const found = findMountPath(call, path);
  if (found.status !== 'ok') return found;
  const { ino } = found;
  const { transaction, caller, volume } = call.service;
  if (volume.admitsGrowth) addMount(transaction, { address: caller.address, path });
  return { status: 'ok', handle: call.handles.make({ ino, exportRoot: ino }) };
}
