import type { Attributes, WantedAccess } from './nfs-protocol.ts';

/** In whose name calls are made (AUTH_SYS). */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups. */
  readonly groups: readonly number[];
}

const readBit = 4;
const writeBit = 2;
const executeBit = 1;
const anyExecuteBit = 0o111;
const rootUid = 0;

/**
 * What the mode bits say, as POSIX reads them. A protocol without an ACCESS call leaves it to the client; a server that
 * maps users (root squash) may still refuse the operation itself.
 */
export function modeAllows(identity: Identity, file: Attributes, wanted: WantedAccess): boolean {
  const bits =
    (wanted.read === true ? readBit : 0) |
    (wanted.write === true ? writeBit : 0) |
    (wanted.execute === true ? executeBit : 0);
  if (identity.uid === rootUid) {
    const mayExecute = file.type === 'directory' || (file.mode & anyExecuteBit) !== 0;
    return mayExecute || (bits & executeBit) === 0;
  }
  return (classBits(identity, file) & bits) === bits;
}

/** The three bits that count: those of the owner, of the group, or of all others; never a sum of them. */
function classBits(identity: Identity, file: Attributes): number {
  if (identity.uid === file.uid) return (file.mode >> 6) & 7;
  const inGroup = identity.gid === file.gid || identity.groups.includes(file.gid);
  return (inGroup ? file.mode >> 3 : file.mode) & 7;
}
