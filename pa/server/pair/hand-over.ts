import { delay } from '../../../environment/clock.ts';
import type { Environment } from '../../../environment/environment.ts';
import type { ClusterSecret } from '../../secret.ts';
import type { SwitchoverOutcome } from '../host.ts';
import type { Tenure } from '../tenure.ts';
import type { Backups } from './backups.ts';
import {
  ayaIntervalMs,
  closePatienceMs,
  newBackupMs,
  switchoverHoldMs,
  switchoverLookMs,
  switchoverPatienceMs,
} from './limits.ts';
import { askBackup } from './switchover.ts';

export interface HandOverParts {
  readonly environment: Environment;
  readonly backups: Backups;
  readonly secret: ClusterSecret | undefined;
}

/**
 * Serves until the backup is about to claim. Then calls wait, so that the backup has the disk and the processors for itself;
 * what is under way nevertheless comes again, and finds its registered reply.
 */
export async function handOver(
  { environment, backups, secret }: HandOverParts,
  tenure: Tenure,
  to: string | undefined,
): Promise<SwitchoverOutcome> {
  const { holder } = tenure;
  const startMs = environment.clock.monotonicMs();
  const known = backups.of(holder.claim.areaId);
  let asked: string | undefined;
  for (const backup of known.filter(({ node }) => to === undefined || node === to)) {
    asked = backup.node;
    const order = { environment, claim: holder.claim, secret, backup };
    if ((await askBackup('prepare', order)) !== 'done') continue;
    await holder.prepareHandOver();
    if ((await askBackup('takeOver', order)) !== 'done') continue;
    if (await isReplaced(environment, tenure)) {
      const elapsedMs = environment.clock.monotonicMs() - startMs;
      return { kind: 'switched', to: backup.node, elapsedMs };
    }
  }
  return asked === undefined
    ? { kind: 'no-backup', backups: known.map(({ node }) => node) }
    : { kind: 'not-taken', by: asked };
}

/** Of a process that is to end. A backup that was started just now may not have asked yet, or is known where it was before. */
export async function handOverAtEnd(
  { clock, timers }: Environment,
  switchOver: () => Promise<SwitchoverOutcome>,
): Promise<void> {
  const startMs = clock.monotonicMs();
  for (;;) {
    const { kind } = await switchOver();
    if (kind !== 'no-backup' && kind !== 'not-taken') return;
    const patienceMs = kind === 'no-backup' ? newBackupMs : closePatienceMs;
    if (clock.monotonicMs() - startMs >= patienceMs) return;
    await delay(timers, ayaIntervalMs);
  }
}

async function isReplaced({ clock, timers }: Environment, tenure: Tenure): Promise<boolean> {
  const startMs = clock.monotonicMs();
  tenure.hold();
  const holding = timers.after(switchoverHoldMs, () => {
    tenure.goOn();
  });
  while ((await tenure.holder.confirm()) === 'held') {
    if (clock.monotonicMs() - startMs >= switchoverPatienceMs) return false;
    await delay(timers, switchoverLookMs);
  }
  holding.cancel();
  return true;
}
