import {
  NFS_MAXDATA,
  NfsStat,
  type Readargs,
  type Readres,
} from '../../../protocol/generated/nfs2.ts';
import type { Call } from '../../call.ts';
import { read as readFile } from '../../file-system/operations/read.ts';
import { fattrOf } from '../fattr.ts';
import { openHandle } from '../file-handle.ts';
import { failed } from '../status.ts';

/** RFC 1094 §2.2.7. A larger `count` than MAXDATA gets MAXDATA bytes. */
export function read({ file, offset, count }: Readargs, call: Call): Readres {
  const target = openHandle(call, file);
  if (target.status !== 'ok') return failed(target);
  const bounded = Math.min(count, NFS_MAXDATA);
  const outcome = readFile(call.operation, { ino: target.ino, offset, count: bounded });
  if (outcome.status !== 'ok') return failed(outcome);
  const { inode, data } = outcome;
  return { status: NfsStat.NFS_OK, readok: { attributes: fattrOf(call, inode), data } };
}
