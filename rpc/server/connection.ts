import type { Endpoint } from '../../environment/network.ts';
import type { RpcCall } from '../call-message.ts';

export type RpcTransport = 'tcp' | 'udp';

/**
 * A peer of an RPC server, as a handler sees it. Over UDP it lasts while calls of the peer wait for their reply: nothing
 * else is known of one. What is said here of connections then means that.
 */
export interface RpcConnection {
  /** Unique in this process, never reused. */
  readonly id: number;
  readonly transport: RpcTransport;
  readonly peer: Endpoint;
  readonly local: Endpoint;
  readonly isClosed: boolean;
  /** Bytes of replies that the peer has not taken yet; over UDP nobody knows: 0. */
  readonly unsentBytes: number;
  /** Calls taken from this peer and neither answered nor dropped. */
  readonly callsInFlight: number;

  /**
   * Answers one call. `message` is the reply from after the xid on (`successReply`, `acceptedReply`, `rejectedReply`);
   * its buffers must not change until they are sent. After the connection has closed this does nothing.
   *
   * Each call ends in exactly one `reply` or one `drop`: together they are what calls in flight are counted by.
   */
  reply(xid: number, message: readonly Buffer[]): void;
  /** Ends a call that gets no reply here: a duplicate whose reply goes elsewhere, a call that is ignored. */
  drop(xid: number): void;

  /**
   * Takes no further calls from this peer, not even those that have arrived: they are held. Idempotent. Over UDP they
   * are dropped; the peer sends them again.
   */
  pauseReading(): void;
  resumeReading(): void;

  /** Closes at once; replies that were not sent are lost. */
  close(): void;
  /** Sends what was replied, then closes. */
  end(): void;
  /** Called once, when the connection has closed; in a later turn if it has already. */
  onClose(callback: () => void): void;
}

/**
 * Takes each call as it comes, in order, from the event loop. Answers now or later, in any order. What it throws is
 * reported, and answered with SYSTEM_ERR if the call was not answered yet.
 */
export type CallHandler = (call: RpcCall, connection: RpcConnection) => void;
