import { HandleTable } from '../../../chaos/workload/handle-table.ts';
import type { FileService } from '../../../chaos/workload/file-service.ts';
import { nfsFileService } from '../../../chaos/workload/nfs-file-service.ts';
import { createPaClient, type PaClient } from '../../../pa/client/pa-client.ts';
import { PaError } from '../../../pa/error.ts';
import { authSys } from '../../../rpc/auth.ts';
import { connectRpcUdp } from '../../../rpc/client/rpc-client.ts';
import { RpcError } from '../../../rpc/rpc-error.ts';
import type { RpcCaller } from '../../../xdr/program.ts';
import type { SimulatedProcess } from '../core/simulated-process.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';
import { aliasName } from './simulated-server.ts';

export const rootCredential = authSys({ machineName: 'simulation', uid: 0, gid: 0, gids: [] });
/** Eight digits in every block that is written. */
export const runName = '5151a7ed';

/** A client process and how it calls. */
export interface SimulatedClient {
  readonly process: SimulatedProcess;
  readonly caller: RpcCaller;
  /** Undefined for a stock client. */
  readonly pa: PaClient | undefined;
  close(): Promise<void>;
}

export function makePaClient(cluster: SimulatedCluster, name: string): SimulatedClient {
  const process = cluster.makeProcess(name);
  const environment = cluster.clientEnvironment(process);
  const directory = cluster.directoryOf(process);
  const pa = createPaClient({ environment, directory, credential: rootCredential });
  return {
    process,
    caller: pa.alias(aliasName),
    pa,
    async close() {
      await pa.close();
      directory.close();
    },
  };
}

/** A client without any PA, over UDP, from one port for its whole life. It sends again until it is answered. */
export async function makeStockClient(
  cluster: SimulatedCluster,
  name: string,
  port: number,
): Promise<SimulatedClient> {
  const process = cluster.makeProcess(name);
  const client = await connectRpcUdp(
    { host: '127.0.0.1', port },
    {
      ...cluster.clientEnvironment(process),
      credential: rootCredential,
      retransmitFirstMs: 20,
      retransmitMaxMs: 200,
    },
  );
  return {
    process,
    caller: client,
    pa: undefined,
    close: () => {
      client.close();
      return Promise.resolve();
    },
  };
}

/** What workers do their calls with. */
export function fileServiceOf(
  client: SimulatedClient,
  handles: HandleTable,
  top: number,
): FileService {
  return nfsFileService({
    caller: client.caller,
    handles,
    run: runName,
    top,
    close: () => client.close(),
    outcomeOfError: (error) => {
      if (error instanceof PaError && error.outcome !== undefined) return { status: 'unknown' };
      if (error instanceof RpcError) return { status: 'error', code: error.code };
      return undefined;
    },
  });
}
