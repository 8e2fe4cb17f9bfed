import { constants } from 'node:os';

/** What Node's own messages say for each code that a file operation of Fuga can fail with. */
const descriptions = {
  EPERM: 'operation not permitted',
  ENOENT: 'no such file or directory',
  EIO: 'i/o error',
  ENXIO: 'no such device or address',
  EBADF: 'bad file descriptor',
  EACCES: 'permission denied',
  EBUSY: 'resource busy or locked',
  EEXIST: 'file already exists',
  EXDEV: 'cross-device link not permitted',
  ENODEV: 'no such device',
  ENOTDIR: 'not a directory',
  EISDIR: 'illegal operation on a directory',
  EINVAL: 'invalid argument',
  EFBIG: 'file too large',
  ENOSPC: 'no space left on device',
  EROFS: 'read-only file system',
  EMLINK: 'too many links',
  ENAMETOOLONG: 'name too long',
  ENOTEMPTY: 'directory not empty',
  ELOOP: 'too many symbolic links encountered',
  ENOTSUP: 'operation not supported on socket',
  EDQUOT: 'disk quota exceeded',
  ESTALE: 'stale file handle',
} as const;

/** The codes that a file operation can fail with: Node's names. The set is part of the API. */
export type FileErrorCode = keyof typeof descriptions;

/** Result of one protocol call: failing with a status is an expected outcome, not an exception. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: FileErrorCode };

/**
 * What the functions of `fuga/client` reject with: the shape of the errors of `node:fs/promises`
 * (`code`, `errno`, `syscall`, `path`, `dest`, and the same message).
 */
export class FileSystemError extends Error {
  readonly code: FileErrorCode;
  /** Negative, as Node gives it. */
  readonly errno: number;
  readonly syscall: string;
  // Only present where there is one, as in Node's errors.
  declare readonly path?: string;
  declare readonly dest?: string;

  constructor(code: FileErrorCode, at: FailedCall, cause?: unknown) {
    super(messageOf(code, at, cause), cause === undefined ? undefined : { cause });
    this.code = code;
    this.errno = -constants.errno[code];
    this.syscall = at.syscall;
    if (at.path !== undefined) Object.assign(this, { path: at.path });
    if (at.dest !== undefined) Object.assign(this, { dest: at.dest });
  }
}

/** The call that failed, in the words of its caller. */
export interface FailedCall {
  readonly syscall: string;
  readonly path?: string;
  readonly dest?: string;
}

/**
 * Thrown inside the client only, where the caller's path is not known: `Session.run` and the file handle turn it into
 * a FileSystemError.
 */
export class StatusFailure extends Error {
  readonly code: FileErrorCode;

  constructor(code: FileErrorCode) {
    super(descriptions[code]);
    this.code = code;
  }
}

/** The value of an outcome; a failure goes on as a StatusFailure. */
export function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new StatusFailure(outcome.code);
}

/**
 * Turns what a step of an operation threw into what the program sees: a FileSystemError where a call was answered or
 * may have been. What is no matter of a file (an unknown alias, a closed client, a bug) stays as it is.
 */
export function explain(error: unknown, at: FailedCall): unknown {
  if (error instanceof StatusFailure) return new FileSystemError(error.code, at);
  if (!(error instanceof Error) || !('code' in error)) return error;
  if (error.code === 'RPC_AUTHERROR') return new FileSystemError('EACCES', at, error);
  return isCallFailure(error) ? new FileSystemError('EIO', at, error) : error;
}

/** A call that got no usable answer: a `clnt_stat` name, or PA's word that the outcome is not known. */
function isCallFailure(error: Error & { readonly code: unknown }): boolean {
  if ('outcome' in error && error.outcome === 'unknown') return true;
  return typeof error.code === 'string' && error.code.startsWith('RPC_');
}

function messageOf(code: FileErrorCode, at: FailedCall, cause: unknown): string {
  const path = at.path === undefined ? '' : ` '${at.path}'`;
  const dest = at.dest === undefined ? '' : ` -> '${at.dest}'`;
  const why = cause instanceof Error ? ` (${cause.message})` : '';
  return `${code}: ${descriptions[code]}, ${at.syscall}${path}${dest}${why}`;
}
