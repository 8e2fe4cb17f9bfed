import { defaultRecordLimits, type RecordLimits } from '../record-marking.ts';

/** What one peer, and all peers together, can make a server keep in memory. */
export interface RpcServerLimits extends RecordLimits {
  /** A connection beyond these is closed as soon as it comes. */
  readonly connectionsMax: number;
  /** The same for one address, so that a flood from there leaves room for others. */
  readonly connectionsPerAddressMax: number;
  /** Calls of one connection that wait for their reply; beyond, the connection is not read. */
  readonly callsInFlightMax: number;
  /** Bytes of such calls, counted for calls of `countedCallBytesMin` and more. */
  readonly callBytesInFlightMax: number;
  /**
   * Such calls whose replies may be large, whatever their size will be (`ReplySizes`): bounds the replies of calls that
   * are being executed, for which `unsentReplyBytesMax` comes too late.
   */
  readonly largeRepliesInFlightMax: number;
  /** Bytes of replies that the peer has not taken; beyond, the connection is not read. */
  readonly unsentReplyBytesMax: number;
  /** Bytes of unfinished records of all connections; beyond, those that were begun first are closed. */
  readonly partialBytesMax: number;
  /** A record that is not complete this long after its beginning closes its connection. */
  readonly partialRecordMsMax: number;
  /** A peer that takes nothing of its replies for this long is closed. */
  readonly stalledReplyMsMax: number;
  /**
   * Calls over UDP, of all peers, that wait for their reply, 64 KiB each at most. A datagram beyond them is dropped, as
   * the network drops: its sender sends it again.
   */
  readonly datagramCallsMax: number;
  /** The same for one address, so that a flood from there leaves room for others. */
  readonly datagramCallsPerAddressMax: number;
  /** Bytes of replies over UDP that the network has not taken; a reply beyond is dropped, and asked for again. */
  readonly unsentDatagramBytesMax: number;
}

/** Calls below this are bounded by their number alone. */
export const countedCallBytesMin = 16 * 1024;

/** How often the two time limits are looked at. */
export const sweepIntervalMs = 5_000;

export const defaultServerLimits: RpcServerLimits = {
  ...defaultRecordLimits,
  connectionsMax: 16_384,
  connectionsPerAddressMax: 12_288,
  // More than a PA client's window of 512, so that its questions about old calls still get in.
  callsInFlightMax: 640,
  callBytesInFlightMax: 16 * 1024 * 1024,
  // 64 MiB of READ replies of 1 MiB; no client has more of them outstanding to any use.
  largeRepliesInFlightMax: 64,
  unsentReplyBytesMax: 4 * 1024 * 1024,
  partialBytesMax: 256 * 1024 * 1024,
  partialRecordMsMax: 60_000,
  stalledReplyMsMax: 120_000,
  datagramCallsMax: 1_024,
  // Linux has up to 128 calls outstanding over UDP.
  datagramCallsPerAddressMax: 512,
  unsentDatagramBytesMax: 16 * 1024 * 1024,
};

/** Defaults where nothing else is said; refuses combinations that cannot work. */
export function serverLimits(given: Partial<RpcServerLimits> = {}): RpcServerLimits {
  const limits = { ...defaultServerLimits, ...given };
  if (limits.callBytesInFlightMax < limits.recordBytesMax) {
    throw new RangeError('callBytesInFlightMax is below recordBytesMax: no large call could pass');
  }
  if (limits.partialBytesMax < limits.recordBytesMax) {
    throw new RangeError('partialBytesMax is below recordBytesMax: no large call could arrive');
  }
  for (const [name, value] of Object.entries(limits)) {
    if (!(value > 0)) throw new RangeError(`${name} is ${String(value)}`);
  }
  return limits;
}
