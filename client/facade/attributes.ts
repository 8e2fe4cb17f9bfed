import { constants } from '../adapters/constants.ts';
import { StatusFailure, valueOf } from '../errors.ts';
import type { FugaFs } from '../file-system.ts';
import {
  changePath,
  ownerChange,
  spaceAt,
  statPath,
  timesChange,
} from '../operations/attributes.ts';
import { resolveNode } from '../resolve.ts';
import type { Session } from '../session.ts';
import { call } from './call.ts';

type AttributeFunctions = Pick<
  FugaFs,
  'stat' | 'lstat' | 'statfs' | 'access' | 'chmod' | 'chown' | 'lchown' | 'utimes' | 'lutimes'
>;

/** The functions about attributes. */
export function attributeFunctions(session: Session): AttributeFunctions {
  return {
    stat: (path) => call(session, 'stat', path, () => statPath(session, path, 'follow')),
    lstat: (path) => call(session, 'lstat', path, () => statPath(session, path, 'keep')),
    statfs: (path) => call(session, 'statfs', path, () => spaceAt(session, path)),

    access: (path, mode = constants.F_OK) =>
      call(session, 'access', path, async () => {
        const node = await resolveNode(session, path, 'follow', 'known');
        const read = (mode & constants.R_OK) !== 0;
        const write = (mode & constants.W_OK) !== 0;
        const execute = (mode & constants.X_OK) !== 0;
        if (!read && !write && !execute) return;
        const may = valueOf(await session.protocol.access(node, { read, write, execute }));
        if (!may) throw new StatusFailure('EACCES');
      }),

    chmod: (path, mode) =>
      call(session, 'chmod', path, () =>
        changePath(session, path, 'follow', { mode: mode & 0o7777 }),
      ),

    chown: (path, uid, gid) =>
      call(session, 'chown', path, () =>
        changePath(session, path, 'follow', ownerChange(uid, gid)),
      ),

    lchown: (path, uid, gid) =>
      call(session, 'lchown', path, () => changePath(session, path, 'keep', ownerChange(uid, gid))),

    utimes: (path, accessed, modified) =>
      call(session, 'utime', path, () =>
        changePath(session, path, 'follow', timesChange(accessed, modified)),
      ),

    lutimes: (path, accessed, modified) =>
      call(session, 'lutime', path, () =>
        changePath(session, path, 'keep', timesChange(accessed, modified)),
      ),
  };
}
