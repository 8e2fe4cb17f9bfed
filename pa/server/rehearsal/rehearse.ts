import type { Environment } from '../../../environment/environment.ts';
import type { CallHandler } from '../../../rpc/server/connection.ts';
import { HolderWatch } from '../../../stable-area/records/holder-watch.ts';
import { defaultRecordStoreLimits } from '../../../stable-area/records/store.ts';
import type { PortDirectory } from '../../directory/port-directory.ts';
import type { ClusterSecret } from '../../secret.ts';
import { noFailpoints } from '../failpoints.ts';
import type { VolumeHostOptions } from '../host.ts';
import { Reception } from '../reception.ts';
import { leaseDefaultMs } from '../tenure.ts';
import { VolumeServer } from '../volume-server.ts';
import { RehearsalClient } from './rehearsal-client.ts';

/** The first takeover compiles, the next ones settle what the code has seen. */
const copies = 3;
/** The second one finds its clients and their records there, as a new holder does, and they go on where they were. */
const serversOfCopy = 2;
const clientCount = 4;

export interface RehearsalParts {
  readonly environment: Environment;
  readonly options: VolumeHostOptions;
  readonly secret: ClusterSecret | undefined;
  readonly directory: PortDirectory;
  /** Ends it: there is something better to do. */
  readonly signal: AbortSignal;
}

/**
 * Does what a takeover would do, over a copy that is thrown away: a backup that has compiled nothing yet and read no page of
 * the area is several times as slow as one that has. Rejects with a StableAreaError where a takeover would fail as well.
 */
export async function rehearse(parts: RehearsalParts): Promise<void> {
  const { services, area } = parts.options;
  if (services.rehearse === undefined) return;
  for (let copy = 0; copy < copies && !parts.signal.aborted; copy += 1) {
    await area.rehearse(async (holder) => {
      const watch = new HolderWatch(holder);
      // What a client of a rehearsal meets is nobody's business: the copy was opened, and that is what counts.
      const script = serveCopy(parts, watch).catch(() => undefined);
      await Promise.race([script, endOf(parts.signal, watch)]);
    });
  }
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

async function serveCopy(parts: RehearsalParts, watch: HolderWatch): Promise<void> {
  const { environment, secret, signal } = parts;
  const { areaId, epoch } = watch.holder.claim;
  const clients = Array.from({ length: clientCount }, () => {
    return new RehearsalClient({ environment, secret, areaId, epoch, signal });
  });
  // Nothing is answered any more then, and the next holder has no use for connections of ours.
  const hangUp = (): void => {
    for (const client of clients) client.close();
  };
  signal.addEventListener('abort', hangUp, { once: true });
  for (let server = 0; server < serversOfCopy && !signal.aborted; server += 1) {
    await takeOver(parts, watch, clients);
  }
}

/** At a port that nobody is told of, and for these clients alone: whatever is answered here is true of the copy only. */
async function takeOver(
  parts: RehearsalParts,
  watch: HolderWatch,
  clients: readonly RehearsalClient[],
): Promise<void> {
  const { environment, options, directory } = parts;
  const reception = new Reception({
    environment,
    options: { listen: { host: options.listen.host, port: 0 } },
    epoch: 1,
    problem: () => undefined,
  });
  try {
    const [addresses] = await Promise.all([
      reception.bound,
      directory.lookup(options.alias).catch(() => undefined),
    ]);
    if (addresses === undefined) return;
    await Promise.all(clients.map((client) => client.connect(addresses.service)));
    const handler = await serve(parts, watch);
    reception.open((call, connection) => {
      const isOurs = clients.some((client) => client.isAt(connection.peer));
      if (isOurs && connection.transport === 'tcp') handler(call, connection);
      else connection.close();
    });
    await Promise.all(clients.map((client) => client.begin()));
    await options.services.rehearse?.(clients);
  } finally {
    for (const client of clients) client.close();
    await reception.destroy();
  }
}

async function serve(
  { environment, options, secret }: RehearsalParts,
  watch: HolderWatch,
): Promise<CallHandler> {
  const { services, cacheBytesMax = defaultRecordStoreLimits.cacheBytesMax } = options;
  const server = new VolumeServer({
    alias: options.alias,
    watch,
    services,
    clock: environment.clock,
    timers: environment.timers,
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
  return (call, connection) => {
    server.onCall(call, connection);
  };
}
