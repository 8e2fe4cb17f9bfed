import { decodeName, type FilePath, textOf } from '../bytes.ts';
import { Dir } from '../dir.ts';
import type { FugaFs } from '../file-system.ts';
import { makeDirectoriesPath, makeDirectoryPath } from '../operations/make-directory.ts';
import { readDirectoryPath } from '../operations/read-directory.ts';
import { removePath } from '../operations/remove.ts';
import { resolveTrail } from '../resolve.ts';
import { deepest, type Session } from '../session.ts';
import { removeDirectoryPath, realPath } from '../operations/names.ts';
import { call, nameEncodingOf } from './call.ts';

const modeDefault = 0o777;

type DirectoryFunctions = Pick<
  FugaFs,
  'readdir' | 'opendir' | 'mkdir' | 'rmdir' | 'rm' | 'realpath'
>;

interface ListingOptions {
  readonly encoding?: string | null;
  readonly withFileTypes?: boolean;
  readonly recursive?: boolean;
}

interface MakeOptions {
  readonly recursive?: boolean;
  readonly mode?: number | undefined;
}

/** The functions about directories. */
export function directoryFunctions(session: Session): DirectoryFunctions {
  return {
    readdir: ((path: FilePath, options?: ListingOptions | string | null) =>
      call(session, 'scandir', path, () => {
        const { withFileTypes = false, recursive = false } =
          typeof options === 'object' && options !== null ? options : {};
        const encoding = nameEncodingOf(options);
        return readDirectoryPath(session, path, { encoding, withFileTypes, recursive });
      })) as FugaFs['readdir'],

    opendir: ((path: FilePath, options?: ListingOptions | string | null) =>
      call(session, 'opendir', path, async () => {
        const { handle } = deepest(await resolveTrail(session, path));
        return new Dir(session, handle, path, nameEncodingOf(options));
      })) as FugaFs['opendir'],

    mkdir: ((path: FilePath, options?: MakeOptions | number | null) =>
      call(session, 'mkdir', path, async () => {
        const { recursive = false, mode = modeDefault }: MakeOptions =
          typeof options === 'number' ? { mode: options } : (options ?? {});
        if (!recursive) return makeDirectoryPath(session, path, mode);
        const first = await makeDirectoriesPath(session, path, mode);
        return first === undefined ? undefined : textOf(first);
      })) as FugaFs['mkdir'],

    rmdir: (path) => call(session, 'rmdir', path, () => removeDirectoryPath(session, path)),

    rm: (path, options = {}) => call(session, 'rm', path, () => removePath(session, path, options)),

    realpath: ((path: FilePath, options?: ListingOptions | string | null) =>
      call(session, 'realpath', path, async () =>
        decodeName(await realPath(session, path), nameEncodingOf(options)),
      )) as FugaFs['realpath'],
  };
}
