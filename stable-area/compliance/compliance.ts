import type { StableArea } from '../stable-area.ts';
import { claimCases } from './claim-cases.ts';
import { modelCases } from './model-cases.ts';
import { recordCases } from './record-cases.ts';

/** One area, as new, that several processes can open. */
export interface ComplianceWorld {
  /** The area as one more process sees it. */
  openArea(): Promise<StableArea>;
  /** Ends everything that was opened and removes the area. */
  close(): Promise<void>;
}

export type ComplianceWorldMaker = () => Promise<ComplianceWorld>;

/** One promise of the interface, as a sentence, and what proves it. */
export interface ComplianceCase {
  readonly name: string;
  readonly run: (world: ComplianceWorld) => Promise<void>;
}

/**
 * What every stable area promises, as tests. `test` registers one; that of node:test and of vitest fit.
 *
 *     stableAreaCompliance(makeWorld, test);
 */
export function stableAreaCompliance(
  makeWorld: ComplianceWorldMaker,
  test: (name: string, run: () => Promise<void>) => unknown,
): void {
  for (const { name, run } of [...recordCases, ...claimCases, ...modelCases]) {
    test(name, async () => {
      const world = await makeWorld();
      try {
        await run(world);
      } finally {
        await world.close();
      }
    });
  }
}
