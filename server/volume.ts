import type { Random } from '../environment/random.ts';
import type { VolumeServices } from '../pa/server/service.ts';
import type { VolumeSettings } from './call.ts';
import { openExports, type VolumeExports } from './exports/volume-exports.ts';
import { freeStep } from './file-system/content/free.ts';
import { initialiseVolume } from './file-system/initialise.ts';
import { handleSecretBytes } from './file-system/records/volume-records.ts';
import { VolumeDraft } from './file-system/volume-draft.ts';
import { createMountServices } from './mount/procedures.ts';
import { createNfs2Service } from './nfs2/procedures.ts';
import { createNfs3Service } from './nfs3/procedures.ts';

export interface FileSystemOptions {
  /** Where a new volume's secret comes from. */
  readonly random: Random;
  /** Most bytes of file content; without it what the volume was given before, at first as much as the disk takes. */
  readonly quotaBytes?: number;
  /** Most files, directories and links, the root included; likewise. */
  readonly quotaInodes?: number;
  /** What a call beyond the quota gets: NFSERR_NOSPC (default), or NFSERR_DQUOT. */
  readonly quotaStatus?: VolumeSettings['quotaStatus'];
  /** Whom it is exported to, asked at each call; default: everybody, for everything, root as root. */
  readonly exports?: () => VolumeExports;
  /** Hears, once each, the reasons for refusals that a protocol cannot tell. */
  readonly warn?: (reason: string) => void;
}

/** What one volume of the file server serves: NFS versions 2 and 3 and MOUNT on the same port. */
export function createFileSystemServices(options: FileSystemOptions): VolumeServices {
  const { random, quotaStatus = 'NOSPC', exports = () => openExports, warn } = options;
  const settings: VolumeSettings = { quotaStatus, exports, warn: once(warn) };
  return {
    services: [
      createNfs2Service(settings),
      createNfs3Service(settings),
      ...createMountServices(settings),
    ],
    initialise(context) {
      initialiseVolume(context, {
        newSecret: () => random.bytes(handleSecretBytes),
        quota: quotaOf(options),
      });
    },
    background: [
      {
        name: 'free content',
        step({ transaction, nowMicroseconds }) {
          // Freeing needs no room: it is how a full volume gets some.
          const context = { transaction, nowMicroseconds, admitsGrowth: true, quotaStatus };
          const volume = new VolumeDraft(context);
          if (!freeStep(volume)) return 'idle';
          volume.store();
          return 'more';
        },
      },
    ],
  };
}

function quotaOf({ quotaBytes, quotaInodes }: FileSystemOptions) {
  const isGiven = quotaBytes !== undefined || quotaInodes !== undefined;
  return isGiven ? { bytes: quotaBytes, inodes: quotaInodes } : undefined;
}

function once(warn: ((reason: string) => void) | undefined): (reason: string) => void {
  const given = new Set<string>();
  return (reason) => {
    if (given.has(reason)) return;
    given.add(reason);
    warn?.(reason);
  };
}
