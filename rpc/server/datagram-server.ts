import type { Timers } from '../../environment/clock.ts';
import type { Datagram, DatagramListener, Endpoint, Network } from '../../environment/network.ts';
import { decodeCall, type RpcCall } from '../call-message.ts';
import { datagramBytesMax, datagramOf, messageBytes } from '../datagram-message.ts';
import { acceptedReply } from '../reply-message.ts';
import type { CallHandler, RpcConnection } from './connection.ts';
import { DatagramPeer, type DatagramPeerOwner } from './datagram-peer.ts';
import type { RpcServerLimits } from './limits.ts';

/** What datagrams came to, since the server was made. */
export interface DatagramStatistics {
  /** Were no calls. */
  readonly malformed: number;
  /** Calls beyond the limits, or of a peer that is held. */
  readonly callsDropped: number;
  /** The network did not take them in time. */
  readonly repliesDropped: number;
  /** Did not fit a datagram, and were answered with SYSTEM_ERR. */
  readonly repliesTooLong: number;
}

export interface DatagramServerParts {
  readonly network: Network;
  readonly timers: Timers;
  readonly limits: RpcServerLimits;
  readonly handler: CallHandler;
  takeId(): number;
  nowMs(): number;
  handlerFailed(error: unknown, connection: RpcConnection): void;
}

/** A client that asks for too much asks again; its server's log need not repeat it. */
const tooLongReportIntervalMs = 60_000;

const systemError = acceptedReply({ status: 'SYSTEM_ERR' });

/** Sun RPC over UDP: each datagram is one call, each reply one datagram from the address that was asked. */
export class DatagramServer implements DatagramPeerOwner {
  readonly timers: Timers;
  readonly #parts: DatagramServerParts;
  readonly #listeners = new Set<DatagramListener>();
  readonly #peers = new Map<string, DatagramPeer>();
  readonly #callsOfAddress = new Map<string, number>();
  readonly #counts = { malformed: 0, callsDropped: 0, repliesDropped: 0, repliesTooLong: 0 };
  #callsInFlight = 0;
  #isStopped = false;
  #tooLongReportedMs = Number.NEGATIVE_INFINITY;

  constructor(parts: DatagramServerParts) {
    this.#parts = parts;
    this.timers = parts.timers;
  }

  get callsInFlight(): number {
    return this.#callsInFlight;
  }

  get statistics(): DatagramStatistics {
    return { ...this.#counts };
  }

  /** Rejects as `Network.listenDatagrams` does. */
  async listen(at: Endpoint): Promise<DatagramListener> {
    const listener = await this.#parts.network.listenDatagrams(at, (datagram) => {
      this.#receive(listener, datagram);
    });
    this.#listeners.add(listener);
    return listener;
  }

  /** Takes no more calls there, and has left the port. */
  async abandon(listener: DatagramListener): Promise<void> {
    this.#listeners.delete(listener);
    await listener.close();
  }

  /** Takes no more calls; those that were taken can still be answered. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#callsInFlight === 0) await this.#closeListeners();
  }

  /** Calls without a reply get none. */
  async close(): Promise<void> {
    this.#isStopped = true;
    for (const peer of [...this.#peers.values()]) peer.close();
    await this.#closeListeners();
  }

  send(peer: DatagramPeer, xid: number, message: readonly Buffer[]): void {
    const lengthBytes = messageBytes(message);
    if (lengthBytes > datagramBytesMax) {
      this.#counts.repliesTooLong += 1;
      this.#transmit(peer, xid, systemError);
      this.#reportTooLong(peer, lengthBytes);
      return;
    }
    this.#transmit(peer, xid, message);
  }

  ended({ peer: { host } }: DatagramPeer): void {
    this.#callsInFlight -= 1;
    const left = (this.#callsOfAddress.get(host) ?? 1) - 1;
    if (left === 0) this.#callsOfAddress.delete(host);
    else this.#callsOfAddress.set(host, left);
    if (this.#isStopped && this.#callsInFlight === 0) void this.#closeListeners();
  }

  closed(peer: DatagramPeer): void {
    this.#peers.delete(peerKey(peer.peer, peer.local));
  }

  #receive(listener: DatagramListener, datagram: Datagram): void {
    if (this.#isStopped) return;
    const { bytes, peer, local } = datagram;
    const call = decodeCall(bytes);
    // No reply can reach port 0: that datagram has a forged source.
    if (call === undefined || peer.port === 0) {
      this.#counts.malformed += 1;
      return;
    }
    if ('refusal' in call) {
      listener.send(datagramOf(call.xid, call.refusal), local, peer);
      return;
    }
    const key = peerKey(peer, local);
    const known = this.#peers.get(key);
    if (known?.isPaused === true || !this.#hasRoomFor(peer.host, known)) {
      this.#counts.callsDropped += 1;
      return;
    }
    const connection = known ?? this.#addPeer(key, listener, datagram);
    this.#take(call, connection);
  }

  #hasRoomFor(host: string, known: DatagramPeer | undefined): boolean {
    const { datagramCallsMax, datagramCallsPerAddressMax } = this.#parts.limits;
    return (
      this.#callsInFlight < datagramCallsMax &&
      (this.#callsOfAddress.get(host) ?? 0) < datagramCallsPerAddressMax &&
      // Peers that are held without a call count too.
      (known !== undefined || this.#peers.size < datagramCallsMax)
    );
  }

  #take(call: RpcCall, connection: DatagramPeer): void {
    const { host } = connection.peer;
    this.#callsInFlight += 1;
    this.#callsOfAddress.set(host, (this.#callsOfAddress.get(host) ?? 0) + 1);
    connection.begin();
    const before = connection.callsInFlight;
    try {
      this.#parts.handler(call, connection);
    } catch (error) {
      this.#parts.handlerFailed(error, connection);
      if (connection.callsInFlight >= before) connection.reply(call.xid, systemError);
    }
  }

  #addPeer(key: string, listener: DatagramListener, datagram: Datagram): DatagramPeer {
    const connection = new DatagramPeer(this.#parts.takeId(), listener, datagram, this);
    this.#peers.set(key, connection);
    return connection;
  }

  #transmit(
    { listener, local, peer }: DatagramPeer,
    xid: number,
    message: readonly Buffer[],
  ): void {
    if (listener.unsentBytes >= this.#parts.limits.unsentDatagramBytesMax) {
      this.#counts.repliesDropped += 1;
      return;
    }
    listener.send(datagramOf(xid, message), local, peer);
  }

  #reportTooLong(connection: DatagramPeer, lengthBytes: number): void {
    const nowMs = this.#parts.nowMs();
    if (nowMs - this.#tooLongReportedMs < tooLongReportIntervalMs) return;
    this.#tooLongReportedMs = nowMs;
    const message = `a reply of ${lengthBytes} bytes does not fit a datagram`;
    this.#parts.handlerFailed(new RangeError(message), connection);
  }

  async #closeListeners(): Promise<void> {
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    await Promise.all(listeners.map((listener) => listener.close()));
  }
}

/** One peer may ask at several of our addresses: each is answered from where it asked. */
function peerKey(peer: Endpoint, local: Endpoint): string {
  return `${peer.host} ${peer.port} ${local.host} ${local.port}`;
}
