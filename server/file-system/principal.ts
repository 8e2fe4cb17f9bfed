import type { Credential } from '../../rpc/auth.ts';

/** In whose name an operation is done. */
export interface Principal {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups. */
  readonly groups: readonly number[];
}

/** Uid and gid of "nobody" on today's systems. */
const nobodyId = 65_534;

export const nobody: Principal = { uid: nobodyId, gid: nobodyId, groups: [] };
export const root: Principal = { uid: 0, gid: 0, groups: [] };

/** The one place where credentials become principals. RFC 1094 §3.3: the caller's own word is taken. */
export function principalOf(credential: Credential): Principal {
  if (credential.flavor === 'AUTH_NONE') return nobody;
  return { uid: credential.uid, gid: credential.gid, groups: credential.gids };
}

export function isRoot(principal: Principal): boolean {
  return principal.uid === 0;
}

export function isMember(principal: Principal, gid: number): boolean {
  return principal.gid === gid || principal.groups.includes(gid);
}
