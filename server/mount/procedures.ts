import {
  dispatchMountProgramV1,
  type MountProgramV1Handlers,
} from '../../protocol/generated/mount.ts';
import type { Service } from '../../pa/server/service.ts';
import type { Call, VolumeSettings } from '../call.ts';
import { makeService, type Procedures } from '../service.ts';
import { dump } from './handlers/dump.ts';
import { exportList } from './handlers/export.ts';
import { mnt } from './handlers/mnt.ts';
import { umnt, umntall } from './handlers/umnt.ts';

/** RFC 1094 §A.5. Numbers, names and codecs are in `protocol/mount.x`. */
const procedures: Procedures<MountProgramV1Handlers<Call>> = {
  mountprocNull: { changes: false, handle: () => undefined },
  mountprocMnt: { changes: true, handle: mnt },
  mountprocDump: { changes: false, handle: dump },
  mountprocUmnt: { changes: true, handle: umnt },
  mountprocUmntall: { changes: true, handle: umntall },
  mountprocExport: { changes: false, handle: exportList },
};

/** MOUNT version 1, which version 2 of NFS gets its first file handle from. */
export function createMountService(settings: VolumeSettings): Service {
  return makeService(procedures, settings, dispatchMountProgramV1);
}
