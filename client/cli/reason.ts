import { systemCodeOf } from '../../environment/system-code.ts';

/** What strerror(3) says: the words that Unix commands use. */
const reasons: Readonly<Record<string, string>> = {
  EPERM: 'Operation not permitted',
  ENOENT: 'No such file or directory',
  EIO: 'Input/output error',
  ENXIO: 'No such device or address',
  EBADF: 'Bad file descriptor',
  EACCES: 'Permission denied',
  EBUSY: 'Device or resource busy',
  EEXIST: 'File exists',
  EXDEV: 'Invalid cross-device link',
  ENODEV: 'No such device',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  EINVAL: 'Invalid argument',
  EFBIG: 'File too large',
  ENOSPC: 'No space left on device',
  EROFS: 'Read-only file system',
  EMLINK: 'Too many links',
  ENAMETOOLONG: 'File name too long',
  ENOTEMPTY: 'Directory not empty',
  ELOOP: 'Too many levels of symbolic links',
  ENOTSUP: 'Operation not supported',
  EDQUOT: 'Disk quota exceeded',
  ESTALE: 'Stale file handle',
  EMFILE: 'Too many open files',
  ETXTBSY: 'Text file busy',
};

/** Why an operation on a file failed, in the words of Unix; with what lies below where that says more. */
export function reasonOf(error: unknown): string {
  const reason = reasons[systemCodeOf(error) ?? ''];
  if (reason === undefined) return error instanceof Error ? error.message : String(error);
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : undefined;
  return cause === undefined ? reason : `${reason} (${cause.message})`;
}

/**
 * True for what one operand can be blamed for, so that the command goes on with the next one. Anything else (no such
 * alias, no PAM, a bug) ends the command.
 */
export function isFileFailure(error: unknown): boolean {
  return reasons[systemCodeOf(error) ?? ''] !== undefined;
}
