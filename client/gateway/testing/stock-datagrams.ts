import type { DatagramSocket, Endpoint, Network } from '../../../environment/network.ts';
import { type CallRequest, encodeCall } from '../../../rpc/call-message.ts';
import { datagramOf } from '../../../rpc/datagram-message.ts';
import { decodeReply, type RpcReply } from '../../../rpc/reply-message.ts';

/** A stock client over UDP that chooses its xids, and sends again when the test says so: always from the same port. */
export class StockDatagrams {
  readonly replies: RpcReply[] = [];
  readonly #socket: DatagramSocket;

  private constructor(socket: DatagramSocket) {
    this.#socket = socket;
  }

  static async open(network: Network, to: Endpoint): Promise<StockDatagrams> {
    const holder: { self?: StockDatagrams } = {};
    const socket = await network.connectDatagrams(to, {
      received: (bytes) => {
        const reply = decodeReply(bytes);
        if (reply !== undefined) holder.self?.replies.push(reply);
      },
      failed: () => undefined,
    });
    holder.self = new StockDatagrams(socket);
    return holder.self;
  }

  get port(): number {
    return this.#socket.local.port;
  }

  send(xid: number, request: CallRequest): void {
    this.#socket.send(datagramOf(xid, encodeCall(request)));
  }
}
