import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';
import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import { stableAreaCompliance } from '../compliance/compliance.ts';
import { createLevelEngineFactory } from '../leveldb/level-engine-adapter.ts';
import type { StableArea } from '../stable-area.ts';
import { openFolderArea } from './folder-area.ts';

stableAreaCompliance(
  async () => {
    const root = await mkdtemp(join(tmpdir(), 'fuga-area-'));
    const environment = nodeEnvironment();
    const areas: StableArea[] = [];
    return {
      async openArea() {
        const area = await openFolderArea({
          ...environment,
          directory: join(root, 'area'),
          engineFactory: createLevelEngineFactory({ folder: environment.folder }),
          limits: { reserveBytes: 1024 * 1024 },
        });
        areas.push(area);
        return area;
      },
      async close() {
        await Promise.all(areas.map((area) => area.close()));
        await rm(root, { recursive: true, force: true });
      },
    };
  },
  (name, run) => {
    test(`folder area over LevelDB: ${name}`, run);
  },
);
