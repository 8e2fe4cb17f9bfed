import type { SetAttributes } from '../attributes.ts';
import type { OperationContext } from '../context.ts';
import { symlinkTargetBytesMax } from '../limits.ts';
import { failure, type Outcome } from '../status.ts';
import { make, type Made } from './make.ts';
import { openForNewName, type Place } from './names-in-directory.ts';

/** RFC 1094 §2.2.14. The target is any byte string without a NUL: only the client gives it a meaning. */
export function makeSymlink(
  context: OperationContext,
  place: Place,
  target: string,
  attributes: SetAttributes,
): Outcome<Made> {
  const opened = openForNewName(context, place);
  if (opened.status !== 'ok') return opened;
  if (opened.existing !== undefined) return failure('EXIST');
  if (target.length > symlinkTargetBytesMax) return failure('NAMETOOLONG');
  // symlink(2): an empty target is no target.
  if (target === '') return failure('NOENT');
  if (target.includes('\0')) return failure('BADNAME');
  return make(context, opened.directory, place.name, { type: 'symlink', target }, attributes);
}
