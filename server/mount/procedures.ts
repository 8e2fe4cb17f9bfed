import {
  dispatchMountProgramV1,
  dispatchMountProgramV2,
  dispatchMountProgramV3,
  type MountProgramV1Handlers,
  type MountProgramV2Handlers,
  type MountProgramV3Handlers,
} from '../../protocol/generated/mount.ts';
import type { Service } from '../../pa/server/service.ts';
import type { Call, VolumeSettings } from '../call.ts';
import { makeService, type Procedures } from '../service.ts';
import { dump } from './handlers/dump.ts';
import { exportList } from './handlers/export.ts';
import { mnt, mnt3 } from './handlers/mnt.ts';
import { pathconf } from './handlers/pathconf.ts';
import { umnt, umntall } from './handlers/umnt.ts';

/** RFC 1094 §A.5. Numbers, names and codecs are in `protocol/mount.x`. */
const version1: Procedures<MountProgramV1Handlers<Call>> = {
  mountprocNull: { changes: false, handle: () => undefined },
  mountprocMnt: { changes: true, handle: mnt },
  mountprocDump: { changes: false, handle: dump },
  mountprocUmnt: { changes: true, handle: umnt },
  mountprocUmntall: { changes: true, handle: umntall },
  mountprocExport: { changes: false, handle: exportList },
};

const version2: Procedures<MountProgramV2Handlers<Call>> = {
  ...version1,
  mountprocPathconf: { changes: false, handle: pathconf },
};

/** RFC 1813 §I.5.2. */
const version3: Procedures<MountProgramV3Handlers<Call>> = {
  mountproc3Null: version1.mountprocNull,
  mountproc3Mnt: { changes: true, handle: mnt3 },
  mountproc3Dump: version1.mountprocDump,
  mountproc3Umnt: version1.mountprocUmnt,
  mountproc3Umntall: version1.mountprocUmntall,
  mountproc3Export: version1.mountprocExport,
};

/** MOUNT, which gives every version of NFS its first file handle: versions 1 to 3. */
export function createMountServices(settings: VolumeSettings): Service[] {
  return [
    makeService(version1, settings, dispatchMountProgramV1),
    makeService(version2, settings, dispatchMountProgramV2),
    makeService(version3, settings, dispatchMountProgramV3),
  ];
}
