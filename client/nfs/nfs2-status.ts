import { NfsStat } from '../../protocol/generated/nfs2.ts';
import type { FileErrorCode } from '../errors.ts';

type FailureStatus = Exclude<NfsStat, typeof NfsStat.NFS_OK>;

/** RFC 1094 §2.3.1. */
const codes: Readonly<Record<FailureStatus, FileErrorCode>> = {
  [NfsStat.NFSERR_PERM]: 'EPERM',
  [NfsStat.NFSERR_NOENT]: 'ENOENT',
  [NfsStat.NFSERR_IO]: 'EIO',
  [NfsStat.NFSERR_NXIO]: 'ENXIO',
  [NfsStat.NFSERR_ACCES]: 'EACCES',
  [NfsStat.NFSERR_EXIST]: 'EEXIST',
  [NfsStat.NFSERR_XDEV]: 'EXDEV',
  [NfsStat.NFSERR_NODEV]: 'ENODEV',
  [NfsStat.NFSERR_NOTDIR]: 'ENOTDIR',
  [NfsStat.NFSERR_ISDIR]: 'EISDIR',
  [NfsStat.NFSERR_INVAL]: 'EINVAL',
  [NfsStat.NFSERR_FBIG]: 'EFBIG',
  [NfsStat.NFSERR_NOSPC]: 'ENOSPC',
  [NfsStat.NFSERR_ROFS]: 'EROFS',
  [NfsStat.NFSERR_MLINK]: 'EMLINK',
  [NfsStat.NFSERR_NAMETOOLONG]: 'ENAMETOOLONG',
  [NfsStat.NFSERR_NOTEMPTY]: 'ENOTEMPTY',
  [NfsStat.NFSERR_DQUOT]: 'EDQUOT',
  [NfsStat.NFSERR_STALE]: 'ESTALE',
  [NfsStat.NFSERR_WFLUSH]: 'EIO',
};

export function codeOf(status: FailureStatus): FileErrorCode {
  return codes[status];
}

/** Of MNT, which answers with Unix error numbers (RFC 1094 §A.4.2); they are those of NFS where both have one. */
export function codeOfMount(errno: number): FileErrorCode {
  const known = Object.entries(codes).find(([status]) => Number(status) === errno);
  return known?.[1] ?? (errno === unixEinval ? 'EINVAL' : 'EIO');
}

const unixEinval = 22;
