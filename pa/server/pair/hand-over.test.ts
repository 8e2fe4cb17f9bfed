import { expect, test } from 'vitest';
import { nodeEnvironment } from '../../../environment/adapters/node-environment.ts';
import { manualClock } from '../../../environment/testing/manual-clock.ts';
import type { SwitchoverOutcome } from '../host.ts';
import { handOverAtEnd } from './hand-over.ts';

const refused: SwitchoverOutcome = { kind: 'not-taken', by: 'b' };
const nobody: SwitchoverOutcome = { kind: 'no-backup', backups: [] };

/** How often it tried, while time goes on until it gives up. */
async function attempts(outcomes: readonly SwitchoverOutcome[]): Promise<number> {
  const time = manualClock();
  const environment = { ...nodeEnvironment(), clock: time.clock, timers: time.timers };
  let tried = 0;
  const ended = new AbortController();
  const end = handOverAtEnd(environment, async () => {
    tried += 1;
    return outcomes[tried - 1] ?? outcomes.at(-1) ?? nobody;
  }).then(() => {
    ended.abort();
  });
  for (let step = 0; step < 100 && !ended.signal.aborted; step += 1) await time.advance(50);
  await end;
  return tried;
}

test('a primary that is to end asks again while its backup is only just starting', async () => {
  const switched: SwitchoverOutcome = { kind: 'switched', to: 'b', elapsedMs: 1 };
  expect(await attempts([nobody, refused, refused, refused, switched])).toBe(5);
  expect(await attempts([{ kind: 'not-primary' }])).toBe(1);
});

test('it ends all the same, soon where nobody is known, and later where a backup does not take over', async () => {
  const withoutBackup = await attempts([nobody]);
  expect(withoutBackup).toBeGreaterThan(1);
  expect(await attempts([refused])).toBeGreaterThan(withoutBackup);
});
