import type { SetAttributes } from '../attributes.ts';
import type { OperationContext } from '../context.ts';
import { fileBytesMax } from '../limits.ts';
import type { DirectoryInode, Inode } from '../records/inode.ts';
import { failure, type Outcome } from '../status.ts';
import { make, type Made } from './make.ts';
import { openForNewName, type Place } from './names-in-directory.ts';
import { setAttributes } from './set-attributes.ts';

/** What to do where the name exists (RFC 1813 §3.3.8). Version 2 has `unchecked` only. */
export type CreateHow =
  | { readonly mode: 'unchecked'; readonly attributes: SetAttributes }
  | { readonly mode: 'guarded'; readonly attributes: SetAttributes }
  /** Makes the file, or finds the one that the same call made before: the verifier is stored with it, durably. */
  | { readonly mode: 'exclusive'; readonly verifier: Buffer };

/** RFC 1094 §2.2.10: makes a regular file. */
export function create(context: OperationContext, place: Place, how: CreateHow): Outcome<Made> {
  const opened = openForNewName(context, place);
  if (opened.status !== 'ok') return opened;
  const { directory, existing } = opened;
  if (existing !== undefined) return useExisting(context, directory, existing, how);
  if (how.mode === 'exclusive') {
    const createVerifier = Buffer.from(how.verifier);
    // Nobody but its owner has it before the SETATTR that follows an exclusive CREATE.
    const attributes = { mode: 0o600 };
    return make(context, directory, place.name, { type: 'regular', createVerifier }, attributes);
  }
  if ((how.attributes.size ?? 0) > fileBytesMax) return failure('FBIG');
  return make(context, directory, place.name, { type: 'regular' }, how.attributes);
}

/** As open(2) with O_CREAT, and O_TRUNC where a size is given: other attributes are for a new file only. */
function useExisting(
  context: OperationContext,
  directory: DirectoryInode,
  existing: Inode,
  how: CreateHow,
): Outcome<Made> {
  const unchanged = { before: directory, after: directory };
  switch (how.mode) {
    case 'guarded':
      return failure('EXIST');
    case 'exclusive':
      return existing.type === 'regular' && existing.createVerifier?.equals(how.verifier) === true
        ? { status: 'ok', inode: existing, directory: unchanged }
        : failure('EXIST');
    case 'unchecked': {
      if (existing.type === 'directory') return failure('ISDIR');
      if (existing.type !== 'regular') return failure('EXIST');
      const { size } = how.attributes;
      if (size === undefined) return { status: 'ok', inode: existing, directory: unchanged };
      const outcome = setAttributes(context, existing.ino, { size });
      if (outcome.status !== 'ok') return outcome;
      return { status: 'ok', inode: outcome.after, directory: unchanged };
    }
  }
}
