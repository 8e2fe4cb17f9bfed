import { nodeEnvironment } from '../../environment/adapters/node-environment.ts';
import type { Clock } from '../../environment/clock.ts';
import { openFolderArea } from '../folder-area/folder-area.ts';
import type { FolderAreaLimits } from '../folder-area/limits.ts';
import type { StableArea } from '../stable-area.ts';
import { createLogEngineFactory } from './log-engine.ts';
import { type FolderSteps, memoryFolder, MemoryTree } from './memory-folder.ts';

export const smallLimits: Partial<FolderAreaLimits> = {
  reserveBytes: 64 * 1024,
  takeoverMarginBytes: 4 * 1024,
};

/** An area in a folder tree in memory, over the log engine: for tests of the claim itself. */
export class FolderWorld {
  readonly tree = new MemoryTree();
  readonly #areas: StableArea[] = [];
  readonly #clock: Clock;

  constructor(clock = nodeEnvironment().clock) {
    this.#clock = clock;
  }

  /** The area as one more process sees it, whose steps the test decides. */
  async open(steps: FolderSteps = {}, limits = smallLimits): Promise<StableArea> {
    const area = await this.openDoomed(steps, limits);
    this.#areas.push(area);
    return area;
  }

  /** The same for a process that dies: nobody waits for its end. */
  openDoomed(steps: FolderSteps, limits = smallLimits): Promise<StableArea> {
    const { timers, random } = nodeEnvironment();
    const clock = this.#clock;
    const folder = memoryFolder(this.tree, steps);
    const engineFactory = createLogEngineFactory(folder);
    const directory = '/disk/area';
    return openFolderArea({ clock, timers, random, folder, directory, engineFactory, limits });
  }

  get paths(): string[] {
    return [...this.tree.nodes.keys()].sort();
  }

  async close(): Promise<void> {
    await Promise.all(this.#areas.map((area) => area.close()));
  }
}

/** The process has died: what it waits for never comes. */
export function forever(): Promise<never> {
  return new Promise(() => undefined);
}
