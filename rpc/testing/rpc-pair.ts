import type { Stream } from '../../environment/network.ts';
import { type ManualClock, manualClock } from '../../environment/testing/manual-clock.ts';
import { type MemoryNetwork, memoryNetwork } from '../../environment/testing/memory-network.ts';
import type { MemoryStreamOptions } from '../../environment/testing/memory-stream.ts';
import { seededRandom } from '../../environment/testing/seeded-random.ts';
import { openRpcChannel, type RpcChannel } from '../client/rpc-channel.ts';
import { RecordReader } from '../record-marking.ts';
import type { CallHandler, RpcConnection } from '../server/connection.ts';
import type { RpcServerLimits } from '../server/limits.ts';
import { RpcServer } from '../server/rpc-server.ts';

const at = { host: '127.0.0.1', port: 2049 };

export interface RpcServerOnMemory {
  readonly time: ManualClock;
  readonly network: MemoryNetwork;
  readonly server: RpcServer;
  /** What the server reported, in order. */
  readonly reported: unknown[];
  readonly accepted: RpcConnection[];
  openChannel(): Promise<RpcChannel>;
  openRaw(): Promise<RawPeer>;
}

/** A server on a network in memory, with a hand-moved clock. */
export async function serverOnMemory(
  handler: CallHandler,
  options: { limits?: Partial<RpcServerLimits> } & Partial<MemoryStreamOptions> = {},
): Promise<RpcServerOnMemory> {
  const time = manualClock();
  const { limits = {}, ...streams } = options;
  const network = memoryNetwork(time.timers, streams);
  const random = seededRandom(1);
  const reported: unknown[] = [];
  const accepted: RpcConnection[] = [];
  const server = new RpcServer({
    network,
    timers: time.timers,
    clock: time.clock,
    handler,
    limits,
    onConnection: (connection) => accepted.push(connection),
    onRefused: (_peer, reason) => reported.push(reason),
    onHandlerError: (error) => reported.push(error),
  });
  await server.listen(at);
  return {
    time,
    network,
    server,
    reported,
    accepted,
    openChannel: () => openRpcChannel(at, { network, timers: time.timers, random }),
    openRaw: async () => new RawPeer(await network.connect(at)),
  };
}

/** A peer that sends and sees bare bytes. */
export class RawPeer {
  readonly stream: Stream;
  readonly records: Buffer[] = [];
  /** Pieces as they came: one for each write of the server. */
  readonly pieces: Buffer[] = [];
  isClosed = false;
  readonly #reader = new RecordReader();

  constructor(stream: Stream) {
    this.stream = stream;
    stream.start({
      data: (bytes) => {
        this.pieces.push(bytes);
        this.#reader.push(bytes);
        for (let record = this.#reader.next(); record; record = this.#reader.next()) {
          this.records.push(record);
        }
      },
      closed: () => {
        this.isClosed = true;
      },
    });
  }
}
