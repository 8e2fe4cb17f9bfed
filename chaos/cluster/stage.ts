import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskControl, LinkControl } from './cluster.ts';
import { isIsolated } from './isolation.ts';
import { loopbackPlaces } from './loopback.ts';
import { makeOwnNetwork } from './own-network.ts';
import type { Place } from './place.ts';
import { runTool } from './run-tool.ts';
import { mountSmallDisk, type SmallDisk } from './small-disk.ts';

/** What the processes of a run stand on: places for them, and a disk and a network where such could be made. */
export interface Stage {
  readonly pams: readonly Place[];
  readonly servers: readonly Place[];
  readonly dataFolder: string;
  readonly disk: DiskControl | undefined;
  readonly links: LinkControl | undefined;
  /** When the processes have ended. What is on a disk in memory is copied to the folder first. */
  close(): Promise<void>;
}

export interface StageOptions {
  /** Exists. */
  readonly folder: string;
  readonly wantsDisk: boolean;
  readonly wantsLinks: boolean;
  /** Called with a sentence for each thing that could not be made. */
  readonly note: (text: string) => void;
}

const pamNames = ['pam-1', 'pam-2'];
const nodes = ['a', 'b'];

/** Makes what it can. */
export async function buildStage(options: StageOptions): Promise<Stage> {
  const { folder, wantsDisk, wantsLinks, note } = options;
  const dataFolder = join(folder, 'data');
  await mkdir(dataFolder, { recursive: true });
  if (isIsolated()) await runTool('ip', 'link', 'set', 'lo', 'up');
  const attempt = async <T>(what: string, make: () => Promise<T>): Promise<T | undefined> => {
    if (!isIsolated()) return undefined;
    try {
      return await make();
    } catch (error) {
      note(
        `${what} cannot be made here: ${error instanceof Error ? error.message : String(error)}`,
      );
      return undefined;
    }
  };
  const network = wantsLinks
    ? await attempt('A network', () => makeOwnNetwork(pamNames, nodes))
    : undefined;
  const disk = wantsDisk ? await attempt('A disk', () => mountSmallDisk(dataFolder)) : undefined;
  const places = network ?? (await onLoopback());
  return {
    pams: places.pams,
    servers: places.servers,
    dataFolder,
    disk,
    links: network?.links,
    close: () => closeDisk(disk, folder, dataFolder),
  };
}

async function onLoopback(): Promise<Pick<Stage, 'pams' | 'servers'>> {
  const places = await loopbackPlaces([...pamNames, ...nodes]);
  return { pams: places.slice(0, pamNames.length), servers: places.slice(pamNames.length) };
}

async function closeDisk(
  disk: SmallDisk | undefined,
  folder: string,
  dataFolder: string,
): Promise<void> {
  if (disk === undefined) return;
  // Whether it is to be kept is known when the history has been checked.
  await cp(dataFolder, join(folder, 'data-kept'), { recursive: true });
  await disk.unmount();
}
