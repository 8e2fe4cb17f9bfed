import {
  type Dirpath,
  MNTPATHLEN,
  MOUNT_PC_CHOWN_RESTRICTED,
  MOUNT_PC_ERROR,
  MOUNT_PC_NO_TRUNC,
  type MountPathconf,
} from '../../../protocol/generated/mount.ts';
import type { Call } from '../../call.ts';
import { linksMax, nameBytesMax } from '../../file-system/limits.ts';
import { findMountPath } from '../mount-path.ts';

/** POSIX's least: terminals and pipes are the client's own. */
const ofTheClient = { maxCanon: 255, maxInput: 255, pipeBuf: 512, vdisable: 0, unused: 0 };

/** MOUNT version 2: what version 3 of NFS has a procedure for (RFC 1813 §3.3.20), to clients of version 2. */
export function pathconf(path: Dirpath, call: Call): MountPathconf {
  const isFound = findMountPath(call, path).status === 'ok';
  return {
    ...ofTheClient,
    linkMax: linksMax,
    nameMax: nameBytesMax,
    pathMax: MNTPATHLEN,
    mask: [isFound ? MOUNT_PC_NO_TRUNC | MOUNT_PC_CHOWN_RESTRICTED : MOUNT_PC_ERROR, 0],
  };
}
