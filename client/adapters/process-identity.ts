import { hostname } from 'node:os';
import type { Identity } from '../nfs/permission.ts';

/** Numbers of the user "nobody", for systems whose processes have no user. */
const nobody = 65_534;

export interface ProcessIdentity extends Identity {
  readonly machineName: string;
  readonly umask: number;
}

/** Whom this process runs as. */
export function processIdentity(): ProcessIdentity {
  const gid = process.getgid?.() ?? nobody;
  const umask = process.umask(0);
  process.umask(umask);
  return {
    uid: process.getuid?.() ?? nobody,
    gid,
    groups: (process.getgroups?.() ?? []).filter((group) => group !== gid),
    machineName: hostname(),
    umask,
  };
}
