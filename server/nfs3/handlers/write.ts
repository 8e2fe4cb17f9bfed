import type { EncodedResults } from '../../../pa/server/encoded-results.ts';
import { StableHow, type WRITE3args, type WRITE3res } from '../../../protocol/generated/nfs3.ts';
import type { Call } from '../../call.ts';
import { write as writeFile } from '../../file-system/operations/write.ts';
import { failure } from '../../file-system/status.ts';
import { unchangedWcc } from '../fattr.ts';
import { openHandle } from '../file-handle.ts';
import { transferBytesOf } from '../limits.ts';
import { numberOf } from '../numbers.ts';
import { ReplyEncoder } from '../reply-encoder.ts';
import { failed } from '../status.ts';
import { writeVerifierOf } from '../write-verifier.ts';

/**
 * RFC 1813 §3.3.7. However `stable` asks, the data is durable with all metadata before the reply leaves, and the reply
 * says so. Of more than `wtmax` that much is written; the client sends the rest again.
 */
export function write(
  { file, offset, count, data }: WRITE3args,
  call: Call,
): WRITE3res | EncodedResults {
  const target = openHandle(call, file);
  if (target.status !== 'ok') return failed(target, { fileWcc: unchangedWcc(call, target) });
  const written = data.subarray(0, transferBytesOf(call));
  const outcome =
    count === data.length
      ? writeFile(call.operation, target.ino, numberOf(offset), written)
      : failure('INVAL');
  if (outcome.status !== 'ok') return failed(outcome, { fileWcc: unchangedWcc(call, target) });
  const reply = new ReplyEncoder(call).wcc(outcome);
  reply.writer.unsignedInt(written.length);
  reply.writer.unsignedInt(StableHow.FILE_SYNC);
  const verifier = writeVerifierOf(call);
  reply.writer.opaqueFixed(verifier, verifier.length);
  return reply.finish();
}
