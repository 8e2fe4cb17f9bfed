import type { Clock, Timers } from '../../environment/clock.ts';
import type { Endpoint, Network } from '../../environment/network.ts';
import { createDispatcher } from '../server/dispatcher.ts';
import type { RpcServerLimits } from '../server/limits.ts';
import { RpcServer } from '../server/rpc-server.ts';
import { addressesOf } from './netid.ts';
import { pmapTable } from './pmap-procedures.ts';
import { portmapperPort, portmapperProgram, Registry } from './registry.ts';
import { rpcbindTables } from './rpcbind-procedures.ts';

export interface PortmapperOptions {
  readonly network: Network;
  readonly timers: Timers;
  readonly clock: Clock;
  /** Where it listens; without a loopback address among them nobody can register. */
  readonly hosts: readonly string[];
  /** Default 111, where clients look for it. 0 asks the system, for the first host. */
  readonly port?: number;
  readonly onError: (error: unknown) => void;
}

export interface Portmapper {
  readonly registry: Registry;
  /** The first of them. */
  readonly address: Endpoint;
  close(): Promise<void>;
}

/** Its calls and replies are small, and few clients stay connected. */
const limits: Partial<RpcServerLimits> = {
  recordBytesMax: 64 * 1024,
  callBytesInFlightMax: 256 * 1024,
  partialBytesMax: 4 * 1024 * 1024,
  connectionsMax: 512,
  connectionsPerAddressMax: 256,
};

/**
 * The portmapper (version 2) and rpcbind (versions 3 and 4): RFC 1833, over TCP and UDP. Rejects, and listens nowhere,
 * where one of the hosts cannot be listened on.
 */
export async function startPortmapper(options: PortmapperOptions): Promise<Portmapper> {
  const registry = new Registry();
  const tables = [pmapTable(registry), ...rpcbindTables(registry, options.clock)];
  const server = new RpcServer({
    network: options.network,
    timers: options.timers,
    clock: options.clock,
    limits,
    handler: createDispatcher(tables, {
      context: (_call, connection) => connection,
      onError: options.onError,
    }),
    onHandlerError: options.onError,
  });
  const bound: Endpoint[] = [];
  try {
    for (const host of options.hosts) {
      const port = bound[0]?.port ?? options.port ?? portmapperPort;
      bound.push(await server.listenBoth({ host, port }));
    }
  } catch (error) {
    await server.destroy();
    throw error;
  }
  const [first] = bound;
  if (first === undefined) throw new RangeError('a portmapper listens somewhere');
  const versions = tables.map((table) => table.version.version);
  for (const { netid, address } of bound.flatMap(addressesOf)) {
    for (const version of versions) {
      // Version 2 knows IPv4 alone. A second host finds the place taken, and is reached all the same.
      if (version === 2 && netid.endsWith('6')) continue;
      registry.set({ program: portmapperProgram, version, netid, address, owner: 'fuga' });
    }
  }
  return { registry, address: first, close: () => server.destroy() };
}
