import type { SetAttributes } from '../attributes.ts';
import type { OperationContext } from '../context.ts';
import { isRoot } from '../principal.ts';
import type { Device, NodeType } from '../records/inode.ts';
import { failure, type Outcome } from '../status.ts';
import { make, type Made } from './make.ts';
import { openForNewName, type Place } from './names-in-directory.ts';

/** Makes a device, fifo or socket: part of CREATE in version 2, a procedure of its own in version 3. */
export function makeNode(
  context: OperationContext,
  place: Place,
  node: { readonly type: NodeType; readonly device: Device },
  attributes: SetAttributes,
): Outcome<Made> {
  const opened = openForNewName(context, place);
  if (opened.status !== 'ok') return opened;
  if (opened.existing !== undefined) return failure('EXIST');
  // mknod(2): a device is a way around every permission, so only root makes one.
  const isDevice = node.type === 'character' || node.type === 'block';
  if (isDevice && !isRoot(context.principal)) return failure('PERM');
  return make(context, opened.directory, place.name, node, attributes);
}
