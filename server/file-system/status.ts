/**
 * How an operation can end, whatever the protocol version. The names are those of RFC 1813 §2.6 without their prefix;
 * each version has a table from these to its own numbers.
 */
export const failureStatuses = [
  'PERM',
  'NOENT',
  'NXIO',
  'ACCES',
  'EXIST',
  'XDEV',
  'NOTDIR',
  'ISDIR',
  /** An argument that no file could satisfy: a directory moved into itself, the size of a device. */
  'INVAL',
  /** No name: empty, with a slash or a NUL in it. */
  'BADNAME',
  /** `.` or `..` where the name of an entry must stand. */
  'DOTNAME',
  'FBIG',
  'NOSPC',
  'ROFS',
  'MLINK',
  'NAMETOOLONG',
  'NOTEMPTY',
  'DQUOT',
  'STALE',
] as const;

export type FailureStatus = (typeof failureStatuses)[number];

export interface Failure {
  readonly status: FailureStatus;
}

/** An operation's result: `ok` with what it gives, or a status and no change at all. */
export type Outcome<T> = Failure | ({ readonly status: 'ok' } & T);

export function failure(status: FailureStatus): Failure {
  return { status };
}
