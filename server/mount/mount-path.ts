import type { Call } from '../call.ts';
import { openDirectory } from '../file-system/context.ts';
import { lookup } from '../file-system/operations/lookup.ts';
import { root } from '../file-system/principal.ts';
import { rootIno } from '../file-system/records/inode.ts';
import { failure, type Outcome } from '../file-system/status.ts';

/**
 * The directory that a client asks to mount: `/` or `/ALIAS` is the volume's root, `/ALIAS/a/b` a directory in it. A
 * server process has its port for each alias, so another alias's name is not found here. Symbolic links are not
 * followed: what they mean is the client's affair.
 */
export function findMountPath(call: Call, path: string): Outcome<{ ino: number }> {
  // As a mount daemon does: who may see the directory's files is decided at each call on them.
  const operation = { ...call.operation, principal: root };
  const [first, ...names] = path.split('/').filter((name) => name !== '');
  if (!path.startsWith('/')) return failure('NOENT');
  if (first !== undefined && first !== call.service.volume.alias) return failure('NOENT');
  let ino = rootIno;
  for (const name of names) {
    const found = lookup(operation, { directory: ino, name, exportRoot: rootIno });
    if (found.status !== 'ok') return found;
    ({ ino } = found.inode);
  }
  const opened = openDirectory(operation, ino);
  return opened.status === 'ok' ? { status: 'ok', ino } : opened;
}
