import type { DatagramSocket, Endpoint } from '../../environment/network.ts';
import { type ManualClock, manualClock } from '../../environment/testing/manual-clock.ts';
import {
  type MemoryNetwork,
  type MemoryNetworkOptions,
  memoryNetwork,
} from '../../environment/testing/memory-network.ts';
import { seededRandom } from '../../environment/testing/seeded-random.ts';
import {
  type DatagramChannel,
  type DatagramChannelOptions,
  openDatagramChannel,
} from '../client/datagram-channel.ts';
import { encodeCall, type CallRequest } from '../call-message.ts';
import { datagramOf } from '../datagram-message.ts';
import type { CallHandler } from '../server/connection.ts';
import type { RpcServerLimits } from '../server/limits.ts';
import { RpcServer } from '../server/rpc-server.ts';

export const serverAt: Endpoint = { host: '192.0.2.1', port: 2049 };

export interface UdpServerOnMemory {
  readonly time: ManualClock;
  readonly network: MemoryNetwork;
  readonly server: RpcServer;
  /** What the server reported, in order. */
  readonly reported: unknown[];
  openChannel(options?: Partial<DatagramChannelOptions>): Promise<DatagramChannel>;
  openRaw(): Promise<RawDatagramPeer>;
}

/** A server for UDP on a network in memory, with a hand-moved clock. */
export async function udpServerOnMemory(
  handler: CallHandler,
  options: { limits?: Partial<RpcServerLimits> } & MemoryNetworkOptions = {},
): Promise<UdpServerOnMemory> {
  const time = manualClock();
  const { limits = {}, ...networkOptions } = options;
  const network = memoryNetwork(time.timers, networkOptions);
  const reported: unknown[] = [];
  const server = new RpcServer({
    network,
    timers: time.timers,
    clock: time.clock,
    handler,
    limits,
    onHandlerError: (error) => reported.push(error),
  });
  await server.listenUdp({ host: '0.0.0.0', port: serverAt.port });
  const { timers } = time;
  return {
    time,
    network,
    server,
    reported,
    openChannel: (more) =>
      openDatagramChannel(serverAt, { network, timers, random: seededRandom(1), ...more }),
    openRaw: () => RawDatagramPeer.open(network, serverAt),
  };
}

/** A peer that sends and sees bare datagrams. */
export class RawDatagramPeer {
  readonly received: Buffer[] = [];
  readonly #socket: DatagramSocket;

  static async open(network: MemoryNetwork, to: Endpoint): Promise<RawDatagramPeer> {
    const received: Buffer[] = [];
    const socket = await network.connectDatagrams(to, {
      received: (bytes) => received.push(bytes),
      failed: () => undefined,
    });
    return new RawDatagramPeer(socket, received);
  }

  private constructor(socket: DatagramSocket, received: Buffer[]) {
    this.#socket = socket;
    this.received = received;
  }

  get local(): Endpoint {
    return this.#socket.local;
  }

  send(...datagrams: readonly Buffer[]): void {
    for (const datagram of datagrams) this.#socket.send([datagram]);
  }

  call(xid: number, request: Partial<CallRequest> = {}): void {
    this.send(callDatagram(xid, request));
  }
}

/** A whole datagram of one call. */
export function callDatagram(xid: number, request: Partial<CallRequest> = {}): Buffer {
  const call = { program: 1, version: 1, procedure: 1, argumentBuffers: [], ...request };
  return Buffer.concat(datagramOf(xid, encodeCall(call)));
}
