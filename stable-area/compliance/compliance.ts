import { claimCases } from './claim-cases.ts';
import { modelCases } from './model-cases.ts';
import { recordCases } from './record-cases.ts';
import type { ComplianceWorldMaker } from './world.ts';

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
