import { constants } from '../adapters/constants.ts';
import { CurrentDirectory } from '../current-directory.ts';
import type { FugaFs } from '../file-system.ts';
import type { Session } from '../session.ts';
import { attributeFunctions } from './attributes.ts';
import { call } from './call.ts';
import { contentFunctions } from './content.ts';
import { directoryFunctions } from './directories.ts';
import { nameFunctions } from './names.ts';

/**
 * The public functions over one session. They are plain functions, as those of `node:fs/promises`, so that
 * `const { readFile } = fs` works. The program's arguments become a session's terms here and nowhere else.
 */
export function makeFileSystem(session: Session, close: () => Promise<void>): FugaFs {
  return {
    constants,
    ...contentFunctions(session),
    ...directoryFunctions(session),
    ...nameFunctions(session),
    ...attributeFunctions(session),

    cd: (path) =>
      call(session, 'chdir', path, async () => {
        const here = new CurrentDirectory(session, path);
        await here.trail();
        return makeFileSystem({ ...session, here }, close);
      }),

    close,
  };
}
