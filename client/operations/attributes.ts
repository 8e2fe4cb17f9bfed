import type { FilePath } from '../bytes.ts';
import { StatusFailure, valueOf } from '../errors.ts';
import type { AttributeChanges } from '../nfs/nfs-protocol.ts';
import { resolveNode } from '../resolve.ts';
import type { Session } from '../session.ts';
import { Stats, type StatsFs, statsFsOf } from '../stats.ts';

/** Seconds since 1970 (a number or its decimal text), or a Date: as `fs.utimes` takes it. */
export type FileTime = number | string | Date;

export async function statPath(
  session: Session,
  path: FilePath,
  last: 'keep' | 'follow',
): Promise<Stats> {
  return new Stats((await resolveNode(session, path, last, 'known')).attributes);
}

/** Changes attributes of what the path leads to. */
export async function changePath(
  session: Session,
  path: FilePath,
  last: 'keep' | 'follow',
  changes: AttributeChanges,
): Promise<void> {
  const { handle } = await resolveNode(session, path, last);
  valueOf(await session.protocol.setAttributes(handle, changes));
}

export async function truncatePath(
  session: Session,
  path: FilePath,
  sizeBytes: number,
): Promise<void> {
  const node = await resolveNode(session, path, 'follow');
  if (node.attributes.type === 'directory') throw new StatusFailure('EISDIR');
  if (!valueOf(await session.protocol.access(node, { write: true }))) {
    throw new StatusFailure('EACCES');
  }
  const change = sizeChange(session, sizeBytes);
  valueOf(await session.protocol.setAttributes(node.handle, change));
}

export function sizeChange(session: Session, sizeBytes: number): AttributeChanges {
  if (!Number.isSafeInteger(sizeBytes)) throw new StatusFailure('EINVAL');
  if (sizeBytes > session.protocol.limits.fileBytesMax) throw new StatusFailure('EFBIG');
  // As Node does.
  return { sizeBytes: Math.max(0, sizeBytes) };
}

/** -1 leaves one of the two as it is. */
export function ownerChange(uid: number, gid: number): AttributeChanges {
  return { ...(uid === -1 ? {} : { uid }), ...(gid === -1 ? {} : { gid }) };
}

export function timesChange(accessed: FileTime, modified: FileTime): AttributeChanges {
  return { accessTimeMs: millisecondsOf(accessed), modifyTimeMs: millisecondsOf(modified) };
}

export async function spaceAt(session: Session, path: FilePath): Promise<StatsFs> {
  const { handle } = await resolveNode(session, path, 'follow');
  return statsFsOf(valueOf(await session.protocol.space(handle)));
}

function millisecondsOf(time: FileTime): number {
  const milliseconds = time instanceof Date ? time.getTime() : Number(time) * 1_000;
  if (!Number.isFinite(milliseconds)) {
    const error = new TypeError(`The argument 'time' is invalid. Received '${String(time)}'`);
    throw Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' });
  }
  return milliseconds;
}
