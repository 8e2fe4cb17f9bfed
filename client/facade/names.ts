import { decodeName, type FilePath } from '../bytes.ts';
import type { FugaFs } from '../file-system.ts';
import {
  linkPath,
  makeLinkPath,
  readLinkPath,
  renamePath,
  unlinkPath,
} from '../operations/names.ts';
import type { Session } from '../session.ts';
import { call, callWithTwo, nameEncodingOf } from './call.ts';

type NameFunctions = Pick<FugaFs, 'unlink' | 'rename' | 'link' | 'symlink' | 'readlink'>;

/** The functions about names. */
export function nameFunctions(session: Session): NameFunctions {
  return {
    unlink: (path) => call(session, 'unlink', path, () => unlinkPath(session, path)),

    rename: (from, to) =>
      callWithTwo(session, 'rename', [from, to], () => renamePath(session, from, to)),

    link: (existing, path) =>
      callWithTwo(session, 'link', [existing, path], () => linkPath(session, existing, path)),

    // The third argument of `fs.symlink` is for Windows only.
    symlink: (target, path) =>
      callWithTwo(session, 'symlink', [target, path], () => makeLinkPath(session, target, path)),

    readlink: ((path: FilePath, options?: Parameters<typeof nameEncodingOf>[0]) =>
      call(session, 'readlink', path, async () =>
        decodeName(await readLinkPath(session, path), nameEncodingOf(options)),
      )) as FugaFs['readlink'],
  };
}
