import type { FileStatus, Folder } from '../../environment/folder.ts';
import type { Confirmation } from '../stable-area.ts';
import { type AreaPaths, numbered } from './layout.ts';

/**
 * The check before a reply: the next claim is absent, and **then** the own claim is the file that was made. The order
 * matters: where the folder has vanished (unmounted, replaced) every claim is absent, and only the second look tells.
 * Everything else is fenced; a look that fails throws or rejects, which is fenced too.
 *
 * Both looks are made in the calling turn where the folder can do that: about 3 µs each, where a trip to the thread pool
 * costs 50 µs and waits behind LevelDB's work. Claims are looked at all the time, so their names are in the kernel's
 * cache and the call does not wait for the disk.
 */
export function createFenceCheck(
  folder: Folder,
  paths: AreaPaths,
  epoch: number,
  inode: bigint,
): () => Confirmation | Promise<Confirmation> {
  const next = numbered(paths.claims, epoch + 1);
  const own = numbered(paths.claims, epoch);
  const isOwn = (status: FileStatus | undefined): boolean =>
    status?.inode === inode && !status.isDirectory;

  if (folder.statusNow === undefined) {
    return async () => {
      if ((await folder.status(next)) !== undefined) return 'fenced';
      return isOwn(await folder.status(own)) ? 'held' : 'fenced';
    };
  }
  const statusNow = folder.statusNow.bind(folder);
  return () => {
    if (statusNow(next) !== undefined) return 'fenced';
    return isOwn(statusNow(own)) ? 'held' : 'fenced';
  };
}
