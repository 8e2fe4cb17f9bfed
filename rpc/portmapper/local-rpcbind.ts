import type { PortmapperClientOptions } from './portmapper-connection.ts';
import { openProgramTable, type ProgramTable } from './program-table.ts';
import { portmapperPort } from './registry.ts';

/**
 * Where the portmapper of this machine takes registrations: rpcbind on a local socket, and nowhere else unless it runs
 * as "insecure"; ours, and the portmappers of old, on the loopback address.
 */
const localSockets = ['/run/rpcbind.sock', '/var/run/rpcbind.sock'];

/** The table of the portmapper that runs on this machine; undefined where none does. */
export async function openLocalRpcbind(
  options: PortmapperClientOptions,
): Promise<ProgramTable | undefined> {
  const port = options.portmapperPort ?? portmapperPort;
  // Whoever names another port means the portmapper there, not the system's.
  const sockets = port === portmapperPort ? localSockets.map((host) => ({ host, port: 0 })) : [];
  for (const at of [...sockets, { host: '127.0.0.1', port }]) {
    const table = await openProgramTable(at, options).catch(() => undefined);
    if (table !== undefined) return table;
  }
  return undefined;
}
