import { manualClock } from '../../../environment/testing/manual-clock.ts';
import { memoryNetwork } from '../../../environment/testing/memory-network.ts';
import { seededRandom } from '../../../environment/testing/seeded-random.ts';
import {
  PmapProgramV2Client,
  PmapProgramV3Client,
  PmapProgramV4Client,
} from '../../../protocol/generated/portmap.ts';
import type { RpcTransport } from '../../server/connection.ts';
import { connectWithin } from '../portmapper-connection.ts';
import { startPortmapper } from '../portmapper.ts';

/** A portmapper on a network in memory, all of whose clients have one address. */
export async function portmapperOnMemory(clientHost = '127.0.0.1', hosts = ['0.0.0.0']) {
  const time = manualClock();
  const network = memoryNetwork(time.timers, { host: clientHost });
  const options = { network, timers: time.timers, random: seededRandom(1), deadlineMs: 5_000 };
  const errors: unknown[] = [];
  const portmapper = await startPortmapper({
    network,
    timers: time.timers,
    clock: time.clock,
    hosts,
    onError: (error) => errors.push(error),
  });
  const clients = async (host = '127.0.0.1', transport: RpcTransport = 'tcp') => {
    const client = await connectWithin({ host, port: 111 }, transport, options);
    return {
      client,
      v2: new PmapProgramV2Client(client),
      v3: new PmapProgramV3Client(client),
      v4: new PmapProgramV4Client(client),
    };
  };
  return { time, network, options, errors, portmapper, clients };
}

/** A row of rpcbind, with what a test does not say left empty. */
export function rpcb(rProg: number, rVers: number, rNetid = '', rAddr = '') {
  return { rProg, rVers, rNetid, rAddr, rOwner: 'somebody' };
}
