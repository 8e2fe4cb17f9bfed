import { Nfsstat3, type READ3args, type READ3res } from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { read as readFile } from '../../file-system/operations/read.ts';
import { attributesNow, postOpAttributes } from '../fattr.ts';
import { openHandle } from '../file-handle.ts';
import { transferBytesOf } from '../limits.ts';
import { numberOf } from '../numbers.ts';
import { failed } from '../status.ts';

/** RFC 1813 §3.3.6. Who asks for more than `rtmax` gets that much, and asks for the rest. */
export function read({ file, offset, count }: READ3args, call: Call): READ3res {
  const target = openHandle(call, file);
  if (target.status !== 'ok')
    return failed(target, { fileAttributes: attributesNow(call, target) });
  const outcome = readFile(call.operation, {
    ino: target.ino,
    offset: numberOf(offset),
    count: Math.min(count, transferBytesOf(call)),
  });
  if (outcome.status !== 'ok') {
    return failed(outcome, { fileAttributes: attributesNow(call, target) });
  }
  const { inode, data, eof } = outcome;
  const fileAttributes = postOpAttributes(call, inode);
  return { status: Nfsstat3.NFS3_OK, resok: { fileAttributes, count: data.length, eof, data } };
}
