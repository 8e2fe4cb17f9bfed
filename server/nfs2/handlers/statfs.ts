import {
  type Fhandle,
  NFS_MAXDATA,
  NfsStat,
  type Statfsres,
} from '../../../protocol/generated/nfs2.ts';
import type { Call } from '../../call.ts';
import { openInode } from '../../file-system/context.ts';
import { volumeSpace } from '../../file-system/operations/volume-space.ts';
import { openHandle } from '../file-handle.ts';
import { statfsBlockBytesMin, statfsBlocksMax } from '../limits.ts';
import { failed } from '../status.ts';

/** RFC 1094 §2.2.18. */
export function statfs(file: Fhandle, call: Call): Statfsres {
  const target = openHandle(call, file);
  if (target.status !== 'ok') return failed(target);
  const opened = openInode(call.operation, target.ino);
  if (opened.status !== 'ok') return failed(opened);
  const space = volumeSpace(call.operation, call.service.volume.space);
  let bsize = statfsBlockBytesMin;
  while (space.totalBytes / bsize > statfsBlocksMax) bsize *= 2;
  const info = {
    tsize: NFS_MAXDATA,
    bsize,
    blocks: Math.floor(space.totalBytes / bsize),
    bfree: Math.floor(space.freeBytes / bsize),
    bavail: Math.floor(space.availableBytes / bsize),
  };
  return { status: NfsStat.NFS_OK, info };
}
