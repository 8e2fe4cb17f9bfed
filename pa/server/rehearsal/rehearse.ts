import type { Environment } from '../../../environment/environment.ts';
import type { CallHandler } from '../../../rpc/server/connection.ts';
import { HolderWatch } from '../../../stable-area/records/holder-watch.ts';
import { defaultRecordStoreLimits } from '../../../stable-area/records/store.ts';
import type { PortDirectory } from '../../directory/port-directory.ts';
import type { ClusterSecret } from '../../secret.ts';
import { noFailpoints } from '../failpoints.ts';
import type { VolumeHostOptions } from '../host.ts';
import { leaseDefaultMs } from '../tenure.ts';
import { VolumeServer } from '../volume-server.ts';
import { rehearseEntrance } from './rehearse-entrance.ts';
import { RehearsalChannel } from './rehearsal-channel.ts';

export interface RehearsalParts {
  readonly environment: Environment;
  readonly options: VolumeHostOptions;
  readonly secret: ClusterSecret | undefined;
  readonly directory: PortDirectory;
  /** Ends it: there is something better to do. */
  readonly signal: AbortSignal;
}

/**
 * Does once what a takeover would do, over a copy that is thrown away: a backup that has compiled nothing yet and read no
 * page of the area is several times as slow as one that has. Rejects with a StableAreaError where a takeover would
 * fail as well.
 */
export async function rehearse(parts: RehearsalParts): Promise<void> {
  const { services, area } = parts.options;
  if (services.rehearse === undefined || parts.signal.aborted) return;
  // What goes wrong there is told when it matters: the port that clients use is another one.
  await rehearseEntrance(parts).catch(() => undefined);
  await area.rehearse(async (holder) => {
    const watch = new HolderWatch(holder);
    // What a call of the script meets is nobody's business: the copy was opened, and that is what counts.
    const script = openChannel(parts, watch)
      .then((channel) => services.rehearse?.(channel))
      .catch(() => undefined);
    await Promise.race([script, endOf(parts.signal, watch)]);
  });
}

/**
 * Something better to do, or the copy is of no use any more: the disk is full, or the next holder has taken it away. Then calls
 * that are under way are never answered.
 */
function endOf(signal: AbortSignal, watch: HolderWatch): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
    watch.onLoss(() => resolve());
  });
}

async function openChannel(parts: RehearsalParts, watch: HolderWatch): Promise<RehearsalChannel> {
  const { environment, options, secret, signal } = parts;
  const { services, cacheBytesMax = defaultRecordStoreLimits.cacheBytesMax } = options;
  const server = new VolumeServer({
    alias: options.alias,
    watch,
    services,
    clock: environment.clock,
    random: environment.random,
    leaseMs: leaseDefaultMs,
    registration: true,
    failpoints: noFailpoints,
    cacheBytesMax,
    secret,
    report: () => undefined,
  });
  await server.executor.run((context) => {
    services.initialise?.(context);
  });
  const { areaId, epoch } = watch.holder.claim;
  const { timers, random } = environment;
  const handler: CallHandler = (call, connection) => {
    server.onCall(call, connection);
  };
  return RehearsalChannel.open({ timers, random, secret, areaId, epoch, handler, signal });
}
