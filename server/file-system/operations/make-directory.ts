import type { SetAttributes } from '../attributes.ts';
import type { OperationContext } from '../context.ts';
import { failure, type Outcome } from '../status.ts';
import { make, type Made } from './make.ts';
import { openForNewName, type Place } from './names-in-directory.ts';

/** RFC 1094 §2.2.15. */
export function makeDirectory(
  context: OperationContext,
  place: Place,
  attributes: SetAttributes,
): Outcome<Made> {
  const opened = openForNewName(context, place);
  if (opened.status !== 'ok') return opened;
  if (opened.existing !== undefined) return failure('EXIST');
  return make(context, opened.directory, place.name, { type: 'directory' }, attributes);
}
