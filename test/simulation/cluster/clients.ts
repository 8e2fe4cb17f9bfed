import { delay } from '../../../environment/clock.ts';
import { seededRandom } from '../../../environment/testing/seeded-random.ts';
import { HandleTable } from '../../../chaos/workload/handle-table.ts';
import type { FileService } from '../../../chaos/workload/file-service.ts';
import { nfsFileService } from '../../../chaos/workload/nfs-file-service.ts';
import {
  createPaClient,
  type PaClient,
  type PaClientOptions,
} from '../../../pa/client/pa-client.ts';
import { PaError } from '../../../pa/error.ts';
import { authSys } from '../../../rpc/auth.ts';
import type { DatagramChannel } from '../../../rpc/client/datagram-channel.ts';
import { connectRpcUdp, type RpcClient } from '../../../rpc/client/rpc-client.ts';
import { RpcError } from '../../../rpc/rpc-error.ts';
import type { RpcCaller } from '../../../xdr/program.ts';
import type { SimulatedProcess } from '../core/simulated-process.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';
import { aliasName } from './simulated-server.ts';

export const rootCredential = credentialOf('simulation');
/** Eight digits in every block that is written. */
export const runName = '5151a7ed';

const stockPort = 900;
const callsPerLife = 4;
const livesMin = 3;
const restartMs = 4_000;

/** A client process and how it calls. */
export interface SimulatedClient {
  readonly process: SimulatedProcess;
  readonly caller: RpcCaller;
  /** Undefined for a stock client. */
  readonly pa: PaClient | undefined;
  /** False until it has done what it is there for. */
  readonly mayEnd: () => boolean;
  close(): Promise<void>;
}

/** `identity`: of a client that has lived before. */
export function makePaClient(
  cluster: SimulatedCluster,
  name: string,
  identity: Pick<PaClientOptions, 'ui' | 'lives'> = {},
): SimulatedClient {
  const process = cluster.makeProcess(name);
  const environment = cluster.clientEnvironment(process);
  const directory = cluster.directoryOf(process);
  const pa = createPaClient({ environment, directory, credential: rootCredential, ...identity });
  return {
    process,
    caller: pa.alias(aliasName),
    pa,
    mayEnd: () => true,
    async close() {
      await pa.close();
      directory.close();
    },
  };
}

/**
 * A client without any PA, over UDP, from one port for its whole life. It sends again until it is answered. After some calls
 * another machine takes its place behind the same address: the same port, the same numbers, perhaps the same calls.
 */
export async function makeStockClient(
  cluster: SimulatedCluster,
  name: string,
  port: number,
): Promise<SimulatedClient> {
  const process = cluster.makeProcess(name);
  const { clock, timers, network } = cluster.clientEnvironment(process, stockPort);
  let calls = 0;
  const connect = (): Promise<RpcClient<DatagramChannel>> =>
    connectRpcUdp(
      { host: '127.0.0.1', port },
      {
        ...{ clock, timers, network, random: seededRandom(stockPort) },
        credential: credentialOf(`machine-${calls}`),
        retransmitFirstMs: 20,
        retransmitMaxMs: 200,
      },
    );
  let client = await connect();
  return {
    process,
    pa: undefined,
    // Its numbers have come again with other calls.
    mayEnd: () => calls >= livesMin * callsPerLife,
    caller: {
      async call(version, procedure, args) {
        calls += 1;
        if (calls % callsPerLife === 0) {
          client.close();
          // Nobody could tell a late answer to an earlier one from one to this.
          await delay(timers, restartMs);
          client = await connect();
        }
        return client.call(version, procedure, args);
      },
    },
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

function credentialOf(machineName: string): ReturnType<typeof authSys> {
  return authSys({ machineName, uid: 0, gid: 0, gids: [] });
}
