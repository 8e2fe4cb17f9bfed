import type { Credential } from '../../rpc/auth.ts';

/** In whose name an operation is done. */
export interface Principal {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups. */
  readonly groups: readonly number[];
}

/** Whose word is not taken for who they are (exports(5), "User ID mapping"), and who they count as instead. */
export interface Squash {
  readonly who: 'none' | 'root' | 'all';
  readonly anonymous: Principal;
}

/** Uid and gid of "nobody" on today's systems. */
export const nobodyId = 65_534;

export const nobody: Principal = { uid: nobodyId, gid: nobodyId, groups: [] };
export const root: Principal = { uid: 0, gid: 0, groups: [] };

/** The one place where credentials become principals. RFC 1094 §3.3: the caller's own word is taken, as far as `squash` allows. */
export function principalOf(credential: Credential, { who, anonymous }: Squash): Principal {
  if (credential.flavor === 'AUTH_NONE' || who === 'all') return anonymous;
  const { uid, gid, gids: groups } = credential;
  if (who === 'none') return { uid, gid, groups };
  // As Linux's server does: what root's group may is as good as root in many a tree.
  const squashedGroup = (id: number): number => (id === 0 ? anonymous.gid : id);
  return {
    uid: uid === 0 ? anonymous.uid : uid,
    gid: squashedGroup(gid),
    groups: groups.map(squashedGroup),
  };
}

export function isRoot(principal: Principal): boolean {
  return principal.uid === 0;
}

export function isMember(principal: Principal, gid: number): boolean {
  return principal.gid === gid || principal.groups.includes(gid);
}
