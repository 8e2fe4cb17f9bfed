import type { Logger } from 'pino';
import type { VolumeEvent } from '../../pa/server/host.ts';
import { unreachable } from '../unreachable.ts';

/** Writes what happens to a volume into the log: one line for each event, with its numbers as fields. */
export function logVolumeEvent(log: Logger, alias: string, event: VolumeEvent): void {
  const { kind } = event;
  switch (kind) {
    case 'backup':
      log.info({ alias, ...event }, `${alias}: backup of ${event.primaryNode}`);
      return;
    case 'accused':
      log.warn({ alias, ...event }, `${alias}: taking over (${event.accusation})`);
      return;
    case 'takeover-part':
      log.debug({ alias, ...event }, `${alias}: ${event.part} took ${round(event.elapsedMs)} ms`);
      return;
    case 'primary':
      log.info(
        { alias, ...event },
        `${alias}: primary, epoch ${event.epoch}, port ${event.port}, after ${round(event.takeoverMs)} ms`,
      );
      return;
    case 'hung-process-ended':
      log.warn({ alias, ...event }, `${alias}: ended ${event.node} (pid ${event.pid}), which hung`);
      return;
    case 'claim-lost':
      log.info({ alias, ...event }, `${alias}: another process took over first`);
      return;
    case 'lost':
      logLoss(log, alias, event);
      return;
    case 'problem':
      log.error({ alias, kind, err: event.cause }, `${alias}: ${event.message}`);
      return;
    default:
      unreachable(event);
  }
}

function logLoss(log: Logger, alias: string, event: VolumeEvent & { kind: 'lost' }): void {
  const { kind, epoch, loss } = event;
  if (loss.kind === 'failed') {
    log.error(
      { alias, kind, epoch, err: loss.cause },
      `${alias}: gave epoch ${epoch} up: the disk failed`,
    );
  } else {
    log.warn(
      { alias, kind, epoch, loss: loss.kind },
      `${alias}: gave epoch ${epoch} up (${loss.kind})`,
    );
  }
}

function round(milliseconds: number): number {
  return Math.round(milliseconds);
}
