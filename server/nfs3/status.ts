import { Nfsstat3 } from '../../protocol/generated/nfs3.ts';
import type { FailureStatus } from '../file-system/status.ts';

/** How a procedure can fail: as the file system's operations do, or in a way that only this version has. */
export type Nfs3FailureStatus = FailureStatus | 'BADHANDLE' | 'BADTYPE' | 'NOT_SYNC' | 'TOOSMALL';

type FailureNumber = Exclude<Nfsstat3, typeof Nfsstat3.NFS3_OK>;

/** RFC 1813 §2.6. */
const numbers: Readonly<Record<Nfs3FailureStatus, FailureNumber>> = {
  PERM: Nfsstat3.NFS3ERR_PERM,
  NOENT: Nfsstat3.NFS3ERR_NOENT,
  NXIO: Nfsstat3.NFS3ERR_NXIO,
  ACCES: Nfsstat3.NFS3ERR_ACCES,
  EXIST: Nfsstat3.NFS3ERR_EXIST,
  XDEV: Nfsstat3.NFS3ERR_XDEV,
  NOTDIR: Nfsstat3.NFS3ERR_NOTDIR,
  ISDIR: Nfsstat3.NFS3ERR_ISDIR,
  INVAL: Nfsstat3.NFS3ERR_INVAL,
  // §3.2: for the null string, and for characters that a server cannot handle.
  BADNAME: Nfsstat3.NFS3ERR_ACCES,
  // §3.3.13 and §3.3.14.
  DOTNAME: Nfsstat3.NFS3ERR_INVAL,
  FBIG: Nfsstat3.NFS3ERR_FBIG,
  NOSPC: Nfsstat3.NFS3ERR_NOSPC,
  ROFS: Nfsstat3.NFS3ERR_ROFS,
  MLINK: Nfsstat3.NFS3ERR_MLINK,
  NAMETOOLONG: Nfsstat3.NFS3ERR_NAMETOOLONG,
  NOTEMPTY: Nfsstat3.NFS3ERR_NOTEMPTY,
  DQUOT: Nfsstat3.NFS3ERR_DQUOT,
  STALE: Nfsstat3.NFS3ERR_STALE,
  BADHANDLE: Nfsstat3.NFS3ERR_BADHANDLE,
  BADTYPE: Nfsstat3.NFS3ERR_BADTYPE,
  NOT_SYNC: Nfsstat3.NFS3ERR_NOT_SYNC,
  TOOSMALL: Nfsstat3.NFS3ERR_TOOSMALL,
};

export interface Nfs3Failure {
  readonly status: Nfs3FailureStatus;
}

export function statusOf({ status }: Nfs3Failure): FailureNumber {
  return numbers[status];
}

/** A reply that says why not, with the attributes that such replies carry. */
export function failed<Fail>(
  why: Nfs3Failure,
  resfail: Fail,
): { readonly status: FailureNumber; readonly resfail: Fail } {
  return { status: statusOf(why), resfail };
}
