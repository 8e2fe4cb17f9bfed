import { NfsStat } from '../../protocol/generated/nfs2.ts';
import type { Failure, FailureStatus } from '../file-system/status.ts';

/** RFC 1094 §2.3.1. INVAL, XDEV and MLINK are not in it; clients know them by their Unix numbers. */
const numbers: Readonly<Record<FailureStatus, Exclude<NfsStat, typeof NfsStat.NFS_OK>>> = {
  PERM: NfsStat.NFSERR_PERM,
  NOENT: NfsStat.NFSERR_NOENT,
  NXIO: NfsStat.NFSERR_NXIO,
  ACCES: NfsStat.NFSERR_ACCES,
  EXIST: NfsStat.NFSERR_EXIST,
  XDEV: NfsStat.NFSERR_XDEV,
  NOTDIR: NfsStat.NFSERR_NOTDIR,
  ISDIR: NfsStat.NFSERR_ISDIR,
  INVAL: NfsStat.NFSERR_INVAL,
  // What Linux's server answers for such names.
  BADNAME: NfsStat.NFSERR_ACCES,
  DOTNAME: NfsStat.NFSERR_ACCES,
  FBIG: NfsStat.NFSERR_FBIG,
  NOSPC: NfsStat.NFSERR_NOSPC,
  ROFS: NfsStat.NFSERR_ROFS,
  MLINK: NfsStat.NFSERR_MLINK,
  NAMETOOLONG: NfsStat.NFSERR_NAMETOOLONG,
  NOTEMPTY: NfsStat.NFSERR_NOTEMPTY,
  DQUOT: NfsStat.NFSERR_DQUOT,
  STALE: NfsStat.NFSERR_STALE,
};

/** A reply of any procedure that says only why not. */
export interface FailureReply {
  readonly status: Exclude<NfsStat, typeof NfsStat.NFS_OK>;
}

export function failed({ status }: Failure): FailureReply {
  return { status: numbers[status] };
}
