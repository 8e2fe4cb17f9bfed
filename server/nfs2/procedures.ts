import { dispatchNfsProgramV2, type NfsProgramV2Handlers } from '../../protocol/generated/nfs2.ts';
import type { Service } from '../../pa/server/service.ts';
import type { Call, VolumeSettings } from '../call.ts';
import { makeService, type Procedures } from '../service.ts';
import { create } from './handlers/create.ts';
import { getattr } from './handlers/getattr.ts';
import { link } from './handlers/link.ts';
import { lookup } from './handlers/lookup.ts';
import { mkdir } from './handlers/mkdir.ts';
import { read } from './handlers/read.ts';
import { readdir } from './handlers/readdir.ts';
import { readlink } from './handlers/readlink.ts';
import { remove } from './handlers/remove.ts';
import { rename } from './handlers/rename.ts';
import { rmdir } from './handlers/rmdir.ts';
import { setattr } from './handlers/setattr.ts';
import { statfs } from './handlers/statfs.ts';
import { symlink } from './handlers/symlink.ts';
import { write } from './handlers/write.ts';

const nothing = (): void => undefined;

/** RFC 1094 §2.2. Numbers, names and codecs are in `protocol/nfs2.x`. */
const procedures: Procedures<NfsProgramV2Handlers<Call>> = {
  nfsprocNull: { changes: false, handle: nothing },
  nfsprocGetattr: { changes: false, handle: getattr },
  nfsprocSetattr: { changes: true, handle: setattr },
  // §2.2.4: obsolete, the root comes from MOUNT.
  nfsprocRoot: { changes: false, handle: nothing },
  nfsprocLookup: { changes: false, handle: lookup },
  nfsprocReadlink: { changes: false, handle: readlink },
  nfsprocRead: { changes: false, handle: read },
  // §2.2.8: never came to be.
  nfsprocWritecache: { changes: false, handle: nothing },
  nfsprocWrite: { changes: true, handle: write },
  nfsprocCreate: { changes: true, handle: create },
  nfsprocRemove: { changes: true, handle: remove },
  nfsprocRename: { changes: true, handle: rename },
  nfsprocLink: { changes: true, handle: link },
  nfsprocSymlink: { changes: true, handle: symlink },
  nfsprocMkdir: { changes: true, handle: mkdir },
  nfsprocRmdir: { changes: true, handle: rmdir },
  nfsprocReaddir: { changes: false, handle: readdir },
  nfsprocStatfs: { changes: false, handle: statfs },
};

/** NFS version 2. */
export function createNfs2Service(settings: VolumeSettings): Service {
  return makeService(procedures, settings, dispatchNfsProgramV2);
}
