import {
  type Fhandle,
  NFS_MAXPATHLEN,
  NfsStat,
  type Readlinkres,
} from '../../../protocol/generated/nfs2.ts';
import type { Call } from '../../call.ts';
import { readLink } from '../../file-system/operations/read-link.ts';
import { failure } from '../../file-system/status.ts';
import { openHandle } from '../file-handle.ts';
import { failed } from '../status.ts';

/** RFC 1094 §2.2.6. */
export function readlink(file: Fhandle, call: Call): Readlinkres {
  const target = openHandle(call, file);
  if (target.status !== 'ok') return failed(target);
  const outcome = readLink(call.operation, target.ino);
  if (outcome.status !== 'ok') return failed(outcome);
  const data = outcome.inode.target;
  // Made through version 3: half a path would be another path.
  if (data.length > NFS_MAXPATHLEN) return failed(failure('NAMETOOLONG'));
  return { status: NfsStat.NFS_OK, data };
}
