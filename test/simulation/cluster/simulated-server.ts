import type { Environment } from '../../../environment/environment.ts';
import type { Random } from '../../../environment/random.ts';
import { HttpPortDirectory } from '../../../pa/directory/http-directory.ts';
import type { PairProcess, VolumeEvent, VolumeHost } from '../../../pa/server/host.ts';
import type { VolumeServices } from '../../../pa/server/service.ts';
import { startPairProcess } from '../../../pa/server/pair-process.ts';
import { createFileSystemServices } from '../../../server/volume.ts';
import { openFolderArea } from '../../../stable-area/folder-area/folder-area.ts';
import type { FolderAreaLimits } from '../../../stable-area/folder-area/limits.ts';
import type { KeyValueEngineFactory } from '../../../stable-area/key-value-engine.ts';
import type { SimulatedProcess } from '../core/simulated-process.ts';
import { createSimulatedEngineFactory } from '../engine/simulated-engine.ts';
import { createTableService } from './table-service.ts';

export const aliasName = 'home';
export const areaDirectory = '/disk/home';

const tablesMax = 3;
/** Small, since simulated disks are; the relations are those of the defaults. */
const areaLimits: Partial<FolderAreaLimits> = {
  reserveBytes: 96 * 1024,
  takeoverMarginBytes: 8 * 1024,
  segmentBytesMax: 40 * 1024,
};

export interface ServerSettings {
  /** Where a node serves; 0: at any free port. Stock clients need one that all nodes share. */
  readonly portOf: (node: string) => number;
  readonly leaseMs: number;
  readonly spacePollMs: number;
  /** Small, so that records are loaded again and again. */
  readonly cacheBytesMax: number;
  /** Of the engine: small, so that it writes tables again and again. */
  readonly logBytesMax: number;
}

export interface ServerParts {
  readonly alias: string;
  readonly process: SimulatedProcess;
  readonly environment: Environment;
  readonly directory: HttpPortDirectory;
  readonly settings: ServerSettings;
  readonly services: VolumeServices;
  /** Ends the process with this id, as its successor asks. */
  readonly endProcess: (pid: number) => boolean;
  readonly observe: (event: VolumeEvent) => void;
  readonly wrapEngine: (factory: KeyValueEngineFactory) => KeyValueEngineFactory;
}

/** What every server of a world serves: without any state, so that it need not be made at each start. */
export function createSimulatedServices(random: Random): VolumeServices {
  const fileSystem = createFileSystemServices({ random });
  return { ...fileSystem, services: [...fileSystem.services, createTableService()] };
}

/** A server as `fuga server` starts it, without its HTTP. */
export interface SimulatedServer {
  readonly process: SimulatedProcess;
  readonly pair: PairProcess;
  readonly volume: VolumeHost;
}

export async function startSimulatedServer(parts: ServerParts): Promise<SimulatedServer> {
  const { process, environment, directory, settings, observe } = parts;
  const { folder } = environment;
  const node = process.name.split('.')[0] ?? process.name;
  const { logBytesMax } = settings;
  const area = await openFolderArea({
    ...environment,
    directory: areaDirectory,
    engineFactory: parts.wrapEngine(
      createSimulatedEngineFactory(folder, { logBytesMax, tablesMax }),
    ),
    limits: { ...areaLimits, spacePollMs: settings.spacePollMs },
  });
  const pair = await startPairProcess({
    environment,
    node,
    identity: { pid: process.pid, startTime: String(process.pid), namespace: '1' },
    directory,
    pairListen: { host: '127.0.0.1', port: 0 },
    endProcess: ({ pid }) => parts.endProcess(pid),
    problem: (message, cause) => observe({ kind: 'problem', message, cause }),
  });
  const volume = pair.addVolume({
    alias: parts.alias,
    area,
    services: parts.services,
    listen: { host: '127.0.0.1', port: settings.portOf(node) },
    leaseMs: settings.leaseMs,
    cacheBytesMax: settings.cacheBytesMax,
    observe,
  });
  return { process, pair, volume };
}
