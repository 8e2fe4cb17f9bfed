import type { NfsFh3 } from '../../protocol/generated/nfs3.ts';
import { type Call, parseHandle } from '../call.ts';
import { handleBytes, type HandleTarget } from '../file-system/file-handle.ts';
import { failure } from '../file-system/status.ts';
import type { Nfs3Failure } from './status.ts';

export type OpenedHandle = Nfs3Failure | ({ readonly status: 'ok' } & HandleTarget);

/**
 * What a handle names. RFC 1813 §2.6: one of another length cannot be of this server at all, NFS3ERR_BADHANDLE; any
 * other that this volume did not give is stale, like that of a removed file: the client looks the name up again.
 */
export function openHandle(call: Call, { data }: NfsFh3): OpenedHandle {
  return data.length === handleBytes ? parseHandle(call, data) : { status: 'BADHANDLE' };
}

/** Whether two handles were mounted together: what was mounted apart is two file systems, though it is one volume. */
export function refusedPair(first: HandleTarget, second: HandleTarget): Nfs3Failure | undefined {
  return first.exportRoot === second.exportRoot ? undefined : failure('XDEV');
}
