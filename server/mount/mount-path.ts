import type { Call } from '../call.ts';
import { lookup } from '../file-system/operations/lookup.ts';
import { root } from '../file-system/principal.ts';
import { rootIno } from '../file-system/records/inode.ts';
import { failure, type Outcome } from '../file-system/status.ts';

/**
 * The directory that a client asks to mount: `/` or `/ALIAS` is the volume's root, `/ALIAS/a/b` a directory in it. A
 * server process has its port for each alias, so another alias's name is not found here. Symbolic links are not
 * followed: what they mean is the client's affair. What is not exported to the client is ACCES, whether it is there or
 * not.
 */
export function findMountPath(call: Call, path: string): Outcome<{ ino: number }> {
  const [first, ...names] = path.split('/').filter((name) => name !== '');
  if (!path.startsWith('/')) return failure('NOENT');
  if (first !== undefined && first !== call.service.volume.alias) return failure('NOENT');
  const { ino, outcome } = walk(call, names);
  const { transaction, caller } = call.service;
  const exported = call.exports.find(transaction, ino, caller);
  if (exported.status !== 'ok') return exported;
  return outcome.status === 'ok' ? { status: 'ok', ino } : outcome;
}

/** How it ended, and the last directory on the way. */
function walk(
  call: Call,
  names: readonly string[],
): { readonly ino: number; readonly outcome: Outcome<object> } {
  // As a mount daemon does: who may see the directory's files is decided at each call on them.
  const operation = { ...call.operation, principal: root };
  let ino = rootIno;
  for (const name of names) {
    const found = lookup(operation, { directory: ino, name, exportRoot: rootIno });
    if (found.status !== 'ok') return { ino, outcome: found };
    if (found.inode.type !== 'directory') return { ino, outcome: failure('NOTDIR') };
    ({ ino } = found.inode);
  }
  return { ino, outcome: { status: 'ok' } };
}
