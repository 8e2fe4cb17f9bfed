import type { Logger } from 'pino';
import type { Environment } from '../../environment/environment.ts';
import type { Endpoint } from '../../environment/network.ts';
import { assertMayBind } from '../../pa/bind-rule.ts';
import type { PortDirectory } from '../../pa/directory/port-directory.ts';
import type { ClusterSecret } from '../../pa/secret.ts';
import type { PairProcess, VolumeEvent, VolumeHost, VolumeStatus } from '../../pa/server/host.ts';
import { type ProcessIdentity, startPairProcess } from '../../pa/server/pair-process.ts';
import type { VolumeServices } from '../../pa/server/service.ts';
import type { StableArea } from '../../stable-area/stable-area.ts';
import { type AdminServer, startAdmin } from '../admin/admin-server.ts';
import type { ExportsControl } from '../admin/exports-routes.ts';
import type { FailpointControl } from '../admin/failpoint-control.ts';
import { ServerMetrics } from '../admin/server-metrics.ts';
import {
  type PortmapperUse,
  ProgramRegistration,
  startOwnPortmapper,
} from './program-registration.ts';
import { logVolumeEvent } from './volume-log.ts';

/** What one server process is told. */
export interface ServerOptions {
  /** The operator's name of this process; different for each process of a pair. */
  readonly node: string;
  /** At least one. */
  readonly aliases: readonly string[];
  /** All ports are bound on it. */
  readonly host: string;
  /** Service port of each alias; 0: any free one. */
  readonly ports: readonly number[];
  /** A second port of each alias, for clients that were told one for MOUNT. */
  readonly mountPorts?: readonly number[];
  /** Undefined: no portmapper is told where the first alias is served. It knows each program once. */
  readonly portmapper?: PortmapperUse;
  readonly pairPort: number;
  readonly adminPort: number;
  /** The host that clients and peers are told; default: `host`. */
  readonly advertiseHost?: string;
  readonly secret?: ClusterSecret;
  readonly silenceMs?: number;
  /** False only in the control of a chaos run. */
  readonly registration?: boolean;
  readonly failpoints?: FailpointControl;
}

/** What a server process stands on. */
export interface ServerParts {
  readonly environment: Environment;
  readonly identity: ProcessIdentity;
  readonly log: Logger;
  readonly directory: PortDirectory;
  /** Ends a process of this machine that hangs. */
  readonly endProcess: (identity: ProcessIdentity) => boolean;
  /** Tells that a process of this machine is dead, before its connections are closed. */
  readonly isProcessOver: (identity: ProcessIdentity) => boolean;
  readonly openArea: (alias: string) => Promise<StableArea>;
  readonly createServices: (alias: string) => VolumeServices;
  readonly exports: ExportsControl;
  /** Adds what only this kind of process measures. */
  readonly prepareMetrics?: (metrics: ServerMetrics) => void;
  readonly observe?: (alias: string, event: VolumeEvent) => void;
}

/** One process that serves, or stands by for, some volumes. */
export interface ServerProcess {
  readonly pairAddress: Endpoint;
  readonly adminUrl: string;
  volumes(): readonly VolumeStatus[];
  /** What was admitted is answered first. */
  close(): Promise<void>;
}

/**
 * Starts it; the volumes then start by themselves. Rejects with a StableAreaError where an area cannot be used, with a
 * PaError PA_BIND where an address is not allowed, and with a {@link ListenError} where one cannot be bound.
 */
export async function startServer(
  options: ServerOptions,
  parts: ServerParts,
): Promise<ServerProcess> {
  assertMayBind(options.host, options.secret !== undefined);
  /** What was started so far, the last one first. */
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0)) await closer();
  };
  try {
    const opened: OpenVolume[] = [];
    for (const alias of options.aliases) {
      const area = await parts.openArea(alias);
      opened.push({ alias, area, services: parts.createServices(alias) });
      closers.unshift(() => area.close());
    }
    const hosts: VolumeHost[] = [];
    const volumes = (): VolumeStatus[] => hosts.map((host) => host.status());
    const metrics = new ServerMetrics(volumes);
    parts.prepareMetrics?.(metrics);
    const admin = await startAdminOf(options, parts, metrics, hosts);
    closers.unshift(() => admin.close());
    const programs = await registerPrograms(options, parts, opened[0]);
    closers.unshift(async () => programs?.close());
    const pair = await startPair(options, parts, (alias, event) => {
      metrics.observe(alias, event);
      if (alias === options.aliases[0]) tellPrograms(programs, event, hosts[0]);
    });
    // From here on the pair closes the areas, after their volumes.
    closers.splice(
      0,
      closers.length,
      () => pair.close(),
      async () => programs?.close(),
      () => admin.close(),
    );
    hosts.push(...addVolumes(pair, opened, options));
    return { pairAddress: pair.pairAddress, adminUrl: admin.url, volumes, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A volume before it is served or stood by for. */
interface OpenVolume {
  readonly alias: string;
  readonly area: StableArea;
  readonly services: VolumeServices;
}

/** A port of the process could not be bound. `cause`: the system's error. */
export class ListenError extends Error {
  readonly what: 'admin' | 'pair' | 'portmapper';
  readonly port: number;

  constructor(what: ListenError['what'], port: number, cause: unknown) {
    super(`the ${what} port ${port} cannot be bound`, { cause });
    this.name = 'ListenError';
    this.what = what;
    this.port = port;
  }
}

function startAdminOf(
  options: ServerOptions,
  parts: ServerParts,
  metrics: ServerMetrics,
  hosts: readonly VolumeHost[],
): Promise<AdminServer> {
  const { node, host, adminPort, secret, failpoints } = options;
  return startAdmin({
    environment: parts.environment,
    node,
    pid: parts.identity.pid,
    host,
    port: adminPort,
    secret,
    logger: parts.log,
    volumes: () => hosts.map((host) => host.status()),
    metrics,
    exports: parts.exports,
    switchOver: (alias, to) =>
      hosts.find((volume) => volume.status().alias === alias)?.switchOver(to),
    failpoints,
  }).catch((cause: unknown) => {
    throw new ListenError('admin', adminPort, cause);
  });
}

function startPair(
  options: ServerOptions,
  parts: ServerParts,
  observe: (alias: string, event: VolumeEvent) => void,
): Promise<PairProcess> {
  const { node, host, pairPort, advertiseHost, secret } = options;
  return startPairProcess({
    environment: parts.environment,
    node,
    identity: parts.identity,
    directory: parts.directory,
    endProcess: parts.endProcess,
    isProcessOver: parts.isProcessOver,
    pairListen: { host, port: pairPort },
    ...(advertiseHost === undefined ? {} : { advertiseHost }),
    ...(secret === undefined ? {} : { secret }),
    observe(alias, event) {
      observe(alias, event);
      logVolumeEvent(parts.log, alias, event);
      parts.observe?.(alias, event);
    },
    problem: (message, cause) => {
      parts.log.error({ err: cause }, message);
    },
  }).catch((cause: unknown) => {
    throw new ListenError('pair', pairPort, cause);
  });
}

async function registerPrograms(
  { host, portmapper }: ServerOptions,
  parts: ServerParts,
  first: OpenVolume | undefined,
): Promise<ProgramRegistration | undefined> {
  if (portmapper === undefined || first === undefined) return undefined;
  const { kind, port } = portmapper;
  const own =
    kind === 'running'
      ? undefined
      : await startOwnPortmapper(portmapper, host, parts).catch((cause: unknown) => {
          throw new ListenError('portmapper', port, cause);
        });
  return new ProgramRegistration(first.services, portmapper, own, parts);
}

/** What happens to the volume whose programs are registered. */
function tellPrograms(
  programs: ProgramRegistration | undefined,
  event: VolumeEvent,
  volume: VolumeHost | undefined,
): void {
  const { service, alsoAt = [] } = volume?.status() ?? {};
  if (event.kind === 'primary' && service !== undefined) {
    programs?.announce(service, alsoAt[0] ?? service);
  }
  if (event.kind === 'lost') void programs?.withdraw();
}

function addVolumes(
  pair: PairProcess,
  opened: readonly OpenVolume[],
  options: ServerOptions,
): VolumeHost[] {
  const { host, ports, mountPorts, advertiseHost, silenceMs, registration, failpoints } = options;
  const at = (port = 0): Endpoint => ({ host, port });
  return opened.map((volume, index) =>
    pair.addVolume({
      ...volume,
      listen: at(ports[index]),
      ...(mountPorts === undefined ? {} : { alsoListen: [at(mountPorts[index])] }),
      ...(advertiseHost === undefined ? {} : { advertiseHost }),
      ...(silenceMs === undefined ? {} : { silenceMs }),
      ...(registration === undefined ? {} : { registration }),
      ...(failpoints === undefined ? {} : { failpoints: failpoints.add(volume.alias) }),
    }),
  );
}
