import { nameBytesMax } from './limits.ts';
import type { FailureStatus } from './status.ts';

/**
 * Why a byte string is no name of a directory entry, or undefined. Any byte but `/` and NUL may be in a name; what it
 * means is the client's affair.
 */
export function refusedName(name: string): FailureStatus | undefined {
  if (name.length > nameBytesMax) return 'NAMETOOLONG';
  if (name === '' || name.includes('/') || name.includes('\0')) return 'BADNAME';
  return undefined;
}

/** `.` and `..` are no entries: they can be looked up, never made, moved or removed. */
export function isDotName(name: string): boolean {
  return name === '.' || name === '..';
}

/** Why a name cannot be given to something new. RFC 1813 §3.3.8 and others: the dots exist already. */
export function refusedNewName(name: string): FailureStatus | undefined {
  return isDotName(name) ? 'EXIST' : refusedName(name);
}
