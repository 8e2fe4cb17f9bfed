import { strict as assert } from 'node:assert';
import type { Table } from '../../stable-area/records/record-store.ts';
import type { Key } from '../../stable-area/stable-area.ts';
import { writeUnsigned64 } from '../../xdr/unsigned-64.ts';
import { digestBytes } from '../digest.ts';
import { checkVersion, type RegisteredStatus, recordVersion } from './records.ts';
import { slotBytes } from './slot-keys.ts';

/**
 * Replies to calls without a PA header, in a ring of slots per peer that is overwritten in place:
 *
 *     \x01 s  peer  slot (2)     an answered call of a stock client
 *
 * `peer` says how long each of its parts is, so that no peer's key begins with another's.
 */

/** How a stock client is told from others (DESIGN "Stock clients"). */
export interface PeerIdentity {
  readonly transport: 'tcp' | 'udp';
  /** Numeric address. */
  readonly address: string;
  readonly port: number;
  /** UI of the gateway behind which the peer is: another gateway's client of the same address is another peer. */
  readonly gatewayUi: Uint8Array | undefined;
}

export interface StockReply {
  readonly xid: number;
  readonly digest: Uint8Array;
  readonly status: RegisteredStatus;
  readonly results: Buffer;
  /** Counts the answered calls of the peer; its slot is this modulo the size of the ring. */
  readonly ordinal: number;
}

export function peerKey({ transport, address, port, gatewayUi }: PeerIdentity): Key {
  const host = Buffer.from(address, 'utf8').toString('latin1');
  assert(host.length <= 255);
  const gateway = Buffer.from(gatewayUi ?? []).toString('latin1');
  const numbers = String.fromCharCode(port >>> 8, port & 255);
  const lengths = String.fromCharCode(gateway.length, host.length);
  return `${lengths}${gateway}${host}${transport === 'tcp' ? 't' : 'u'}${numbers}`;
}

/** What peers with one address have in common: the key without transport and port. */
export function hostOfPeerKey(peer: Key): Key {
  return peer.slice(0, -3);
}

export function peerOfSlotKey(key: Key): Key {
  return key.slice(0, -slotBytes);
}

/** The keys of a peer's ring; keys of other peers differ before their last two bytes. */
export function slotKeysOf(peer: Key): { readonly from: Key; readonly to: Key } {
  return { from: peer, to: `${peer}\xff\xff\x00` };
}

const headBytes = 2 + 4 + 8 + digestBytes;

/** version (1), status (1), xid (4), ordinal (8), digest (16), results. */
export const stockReplies: Table<StockReply> = {
  prefix: '\x01s',
  rangesOnly: true,
  encode({ xid, digest, status, results, ordinal }) {
    assert(digest.length === digestBytes && Number.isSafeInteger(ordinal) && ordinal >= 0);
    const bytes = Buffer.allocUnsafe(headBytes + results.length);
    bytes[0] = recordVersion;
    bytes[1] = status === 'success' ? 0 : 1;
    bytes.writeUInt32BE(xid, 2);
    writeUnsigned64(bytes, ordinal, 6);
    bytes.set(digest, 14);
    bytes.set(results, headBytes);
    return bytes;
  },
  decode(stored) {
    checkVersion(stored);
    assert(stored.length >= headBytes, 'a reply to a stock client is too short');
    const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.length);
    const status = bytes[1];
    assert(status === 0 || status === 1, 'a reply to a stock client has an unknown status');
    return {
      xid: bytes.readUInt32BE(2),
      ordinal: Number(bytes.readBigUInt64BE(6)),
      digest: bytes.subarray(14, headBytes),
      status: status === 0 ? 'success' : 'system-error',
      results: bytes.subarray(headBytes),
    };
  },
};
