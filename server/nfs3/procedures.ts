import type { Service } from '../../pa/server/service.ts';
import { dispatchNfsProgramV3, type NfsProgramV3Handlers } from '../../protocol/generated/nfs3.ts';
import type { Call, VolumeSettings } from '../call.ts';
import { makeService, type Procedures } from '../service.ts';
import { access } from './handlers/access.ts';
import { commit } from './handlers/commit.ts';
import { create } from './handlers/create.ts';
import { fsinfo } from './handlers/fsinfo.ts';
import { fsstat } from './handlers/fsstat.ts';
import { getattr } from './handlers/getattr.ts';
import { link } from './handlers/link.ts';
import { lookup } from './handlers/lookup.ts';
import { mkdir } from './handlers/mkdir.ts';
import { mknod } from './handlers/mknod.ts';
import { pathconf } from './handlers/pathconf.ts';
import { read } from './handlers/read.ts';
import { readdir } from './handlers/readdir.ts';
import { readdirplus } from './handlers/readdirplus.ts';
import { readlink } from './handlers/readlink.ts';
import { remove } from './handlers/remove.ts';
import { rename } from './handlers/rename.ts';
import { rmdir } from './handlers/rmdir.ts';
import { setattr } from './handlers/setattr.ts';
import { symlink } from './handlers/symlink.ts';
import { write } from './handlers/write.ts';

const nothing = (): void => undefined;

/** RFC 1813 §3. Numbers, names and codecs are in `protocol/nfs3.x`. */
const procedures: Procedures<NfsProgramV3Handlers<Call>> = {
  nfsproc3Null: { changes: false, handle: nothing },
  nfsproc3Getattr: { changes: false, handle: getattr },
  nfsproc3Setattr: { changes: true, handle: setattr },
  nfsproc3Lookup: { changes: false, handle: lookup },
  nfsproc3Access: { changes: false, handle: access },
  nfsproc3Readlink: { changes: false, handle: readlink },
  nfsproc3Read: { changes: false, handle: read },
  nfsproc3Write: { changes: true, handle: write },
  nfsproc3Create: { changes: true, handle: create },
  nfsproc3Mkdir: { changes: true, handle: mkdir },
  nfsproc3Symlink: { changes: true, handle: symlink },
  nfsproc3Mknod: { changes: true, handle: mknod },
  nfsproc3Remove: { changes: true, handle: remove },
  nfsproc3Rmdir: { changes: true, handle: rmdir },
  nfsproc3Rename: { changes: true, handle: rename },
  nfsproc3Link: { changes: true, handle: link },
  nfsproc3Readdir: { changes: false, handle: readdir },
  nfsproc3Readdirplus: { changes: false, handle: readdirplus },
  nfsproc3Fsstat: { changes: false, handle: fsstat },
  nfsproc3Fsinfo: { changes: false, handle: fsinfo },
  nfsproc3Pathconf: { changes: false, handle: pathconf },
  nfsproc3Commit: { changes: false, handle: commit },
};

/** NFS version 3. */
export function createNfs3Service(settings: VolumeSettings): Service {
  return makeService(procedures, settings, dispatchNfsProgramV3);
}
