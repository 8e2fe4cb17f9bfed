import { constants } from '../adapters/constants.ts';
import type { FilePath } from '../bytes.ts';
import { encodingOf, type FileData } from '../file-data.ts';
import { FileHandle } from '../file-handle.ts';
import type { FugaFs, OpenOptions } from '../file-system.ts';
import { OpenFile } from '../open-file.ts';
import { parseOpenFlags } from '../open-flags.ts';
import { truncatePath } from '../operations/attributes.ts';
import { copyFilePath } from '../operations/copy-file.ts';
import { openNode } from '../operations/open.ts';
import { FileReadStream } from '../read-stream.ts';
import type { Session } from '../session.ts';
import { FileWriteStream } from '../write-stream.ts';
import { call, callWithTwo } from './call.ts';

const modeDefault = 0o666;

type ContentFunctions = Pick<
  FugaFs,
  | 'open'
  | 'readFile'
  | 'writeFile'
  | 'appendFile'
  | 'copyFile'
  | 'truncate'
  | 'createReadStream'
  | 'createWriteStream'
>;

type WholeFileOptions =
  | (OpenOptions & { readonly encoding?: BufferEncoding | null | undefined })
  | BufferEncoding
  | null
  | undefined;

/** The functions about what is in files. */
export function contentFunctions(session: Session): ContentFunctions {
  const openFile = (
    path: FilePath,
    flags: string | number = 'r',
    mode: number = modeDefault,
  ): Promise<OpenFile> =>
    call(session, 'open', path, async () => {
      const open = parseOpenFlags(flags);
      return new OpenFile(session, await openNode(session, path, open, mode), open);
    });

  const withFile = async <T>(
    path: FilePath,
    flags: string | number,
    options: WholeFileOptions,
    work: (handle: FileHandle) => Promise<T>,
  ): Promise<T> => {
    const { flag, mode } = openOptionsOf(options);
    const handle = new FileHandle(await openFile(path, flag ?? flags, mode));
    try {
      return await work(handle);
    } finally {
      await handle.close();
    }
  };

  return {
    open: async (path, flags, mode) => new FileHandle(await openFile(path, flags, mode)),

    readFile: ((path: FilePath, options?: WholeFileOptions) =>
      withFile(path, 'r', options, async (handle) => {
        const bytes = await handle.readFile();
        const encoding = encodingOf(options);
        return encoding === undefined ? bytes : bytes.toString(encoding);
      })) as FugaFs['readFile'],

    writeFile: (path: FilePath, data: FileData, options?: WholeFileOptions) =>
      withFile(path, 'w', options, (handle) => handle.writeFile(data, encodingOf(options))),

    appendFile: (path: FilePath, data: FileData, options?: WholeFileOptions) =>
      withFile(path, 'a', options, (handle) => handle.writeFile(data, encodingOf(options))),

    copyFile: (source, target, mode = 0) =>
      callWithTwo(session, 'copyfile', [source, target], () =>
        copyFilePath(session, source, target, (mode & constants.COPYFILE_EXCL) !== 0),
      ),

    truncate: (path, lengthBytes = 0) =>
      call(session, 'open', path, () => truncatePath(session, path, lengthBytes)),

    createReadStream: (path, options = {}) =>
      new FileReadStream(() => openFile(path, options.flags, options.mode), options),

    createWriteStream: (path, options = {}) =>
      new FileWriteStream(() => openFile(path, options.flags ?? 'w', options.mode), options),
  };
}

function openOptionsOf(options: WholeFileOptions): OpenOptions {
  return typeof options === 'object' && options !== null ? options : {};
}
