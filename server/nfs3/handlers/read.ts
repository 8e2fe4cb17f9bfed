import type { EncodedResults } from '../../../pa/server/encoded-results.ts';
import type { READ3args, READ3res } from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { read as readFile } from '../../file-system/operations/read.ts';
import { attributesNow } from '../fattr.ts';
import { openHandle } from '../file-handle.ts';
import { transferBytesOf } from '../limits.ts';
import { numberOf } from '../numbers.ts';
import { ReplyEncoder } from '../reply-encoder.ts';
import { failed } from '../status.ts';

/** Of the reply, beside the data: status, attributes, count, eof, the length of the data and their padding. */
const fixedBytes = 4 + 88 + 4 + 4 + 4 + 4;

/** RFC 1813 §3.3.6. Who asks for more than `rtmax` gets that much, and asks for the rest. */
export function read({ file, offset, count }: READ3args, call: Call): READ3res | EncodedResults {
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
  const reply = new ReplyEncoder(call, fixedBytes).postOpAttributes(inode);
  reply.writer.unsignedInt(data.length);
  reply.writer.bool(eof);
  reply.writer.opaqueVariable(data);
  return reply.finish();
}
