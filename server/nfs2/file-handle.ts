import { type Call, parseHandle } from '../call.ts';
import type { HandleTarget } from '../file-system/file-handle.ts';
import type { Inode } from '../file-system/records/inode.ts';
import { getState } from '../file-system/context.ts';
import { failure, type Failure, type Outcome } from '../file-system/status.ts';
import { wordMax } from './limits.ts';

/** What a handle names. Anything that this volume did not give is stale (RFC 1094 §2.3.1 NFSERR_STALE). */
export function openHandle(call: Call, handle: Buffer): Outcome<HandleTarget> {
  const target = parseHandle(call, handle);
  if (target.status !== 'ok') return target;
  return refusedInode(call, target.ino) ?? target;
}

/** An inode whose number version 2 cannot say. Its low 32 bits could be another inode's, and clients tell files apart by them. */
export function refusedInode(call: Call, ino: number): Failure | undefined {
  if (ino <= wordMax) return undefined;
  call.settings.warn(
    'NFS version 2 cannot show inode numbers over 2^32, which this volume has: use version 3',
  );
  return failure('FBIG');
}

/** The same for the inode that comes next: asked before it is made. */
export function refusedNextInode(call: Call): Failure | undefined {
  return refusedInode(call, getState(call.operation.transaction).nextIno);
}

/** The handle of something below the same export root. */
export function handleOf(call: Call, inode: Inode, { exportRoot }: HandleTarget): Buffer {
  return call.handles.make({ ino: inode.ino, exportRoot });
}

/** Two handles of one call: what was mounted apart is two file systems, though it is one volume. */
export function openHandles(
  call: Call,
  first: Buffer,
  second: Buffer,
): Outcome<{ first: HandleTarget; second: HandleTarget }> {
  const one = openHandle(call, first);
  if (one.status !== 'ok') return one;
  const other = openHandle(call, second);
  if (other.status !== 'ok') return other;
  if (one.exportRoot !== other.exportRoot) return failure('XDEV');
  return { status: 'ok', first: one, second: other };
}
