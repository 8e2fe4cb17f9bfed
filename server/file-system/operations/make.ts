import { chosenTime, newOwnership, type SetAttributes } from '../attributes.ts';
import type { Change, OperationContext } from '../context.ts';
import { linksMax } from '../limits.ts';
import { directoryInode, fileInode } from '../records/changed-inode.ts';
import type {
  Device,
  DirectoryInode,
  Inode,
  InodeCommon,
  NodeInode,
  NodeType,
  SymlinkInode,
} from '../records/inode.ts';
import { firstCookie } from '../records/inode.ts';
import { putInode } from '../records/inode-records.ts';
import { unreachable } from '../../unreachable.ts';
import { failure, type Outcome } from '../status.ts';
import { VolumeDraft } from '../volume-draft.ts';
import { addName } from './names-in-directory.ts';

/** What is to be made, with what only its type has. */
export type NewThing =
  | { readonly type: 'regular'; readonly createVerifier?: Buffer }
  | { readonly type: 'directory' }
  | { readonly type: 'symlink'; readonly target: string }
  | { readonly type: NodeType; readonly device: Device };

export interface Made<I extends Inode = Inode> {
  readonly inode: I;
  readonly directory: Change<DirectoryInode>;
}

/** Makes an inode and its first name. The caller has asked whether the name may be made (`openForNewName`). */
export function make(
  context: OperationContext,
  directory: DirectoryInode,
  name: string,
  thing: NewThing,
  asked: SetAttributes,
): Outcome<Made> {
  const isDirectory = thing.type === 'directory';
  if (isDirectory && directory.nlink >= linksMax) return failure('MLINK');
  const volume = new VolumeDraft(context);
  const refused = volume.refusesGrowth(0, 1);
  if (refused !== undefined) return failure(refused);
  const now = volume.stamp(directory);
  const { mode, uid, gid } = newOwnership(directory, context.principal, thing.type, asked);
  const common: InodeCommon = {
    ino: volume.takeIno(),
    mode,
    uid,
    gid,
    nlink: isDirectory ? 2 : 1,
    atime: chosenTime(asked.atime, now, now),
    mtime: chosenTime(asked.mtime, now, now),
    ctime: now,
  };
  const inode = inodeOf(thing, common, directory.ino, asked.size ?? 0);
  putInode(context.transaction, inode);
  const after = addName(context.transaction, directory, name, inode, now);
  volume.store();
  return { status: 'ok', inode, directory: { before: directory, after } };
}

function inodeOf(thing: NewThing, common: InodeCommon, parent: number, size: number): Inode {
  switch (thing.type) {
    case 'regular':
      return fileInode(common, {
        size,
        usedBytes: 0,
        content: { root: 0, depth: 0 },
        contentGeneration: 0,
        createVerifier: thing.createVerifier,
      });
    case 'directory':
      return directoryInode(common, { parent, entryCount: 0, nextCookie: firstCookie });
    case 'symlink': {
      const link: SymlinkInode = { type: 'symlink', ...common, target: thing.target };
      return link;
    }
    case 'character':
    case 'block':
    case 'fifo':
    case 'socket': {
      const node: NodeInode = { type: thing.type, ...common, device: thing.device };
      return node;
    }
    default:
      return unreachable(thing);
  }
}
