import { strict as assert } from 'node:assert';
import { type Key, StableAreaError } from '../../stable-area/stable-area.ts';
import type { Table } from '../../stable-area/records/record-store.ts';
import { digestBytes } from '../digest.ts';
import { uiBytes } from '../header.ts';

/**
 * PA's records in the stable area, below the prefix that `stable-area/keys` gives to it:
 *
 *     \x01 n                                          the incarnation given last
 *     \x01 c  client UI (16)  incarnation (8)         a client that said hello
 *     \x01 r  client UI (16)  incarnation (8)  sequence (8)   a registered reply
 *
 * Numbers are big-endian, so that a range in key order is a range of sequence numbers.
 */

/** Since 2 the digest of a small call is MurmurHash3. A program that does not know that would take a duplicate for a new call. */
export const recordVersion = 2;
/** Its digests are compared with `earlierDigest`; nothing else differs. */
const oldestVersion = 1;

export interface IncarnationCounter {
  /** The highest incarnation that this alias ever gave. */
  readonly last: number;
}

/** One life of one client. */
export interface ClientRecord {
  /** Replies to calls below this one have been freed: a call with such a number is never executed. */
  readonly lowestUnfinished: number;
}

/** The `lowestUnfinished` of a life that has ended, while its registered replies are being freed. */
export const everyCallFinished = Number.MAX_SAFE_INTEGER;

/** How an accepted call ended (RFC 5531 §9 accept_stat): what is registered beside the results. */
export type RegisteredStatus = 'success' | 'system-error';

export interface RegisteredReply {
  readonly digest: Uint8Array;
  readonly status: RegisteredStatus;
  /** The encoded results: what follows the accept_stat. */
  readonly results: Buffer;
}

export const counterKey: Key = '';

export function clientKey(clientUi: Uint8Array, incarnation: number): Key {
  assert(clientUi.length === uiBytes);
  const bytes = Buffer.allocUnsafe(uiBytes + 8);
  bytes.set(clientUi, 0);
  bytes.writeBigUInt64BE(BigInt(incarnation), uiBytes);
  return bytes.toString('latin1');
}

/** `client`: as `clientKey` made it. */
export function replyKey(client: Key, sequence: number): Key {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigUInt64BE(BigInt(sequence));
  return client + bytes.toString('latin1');
}

export function sequenceOfReplyKey(key: Key): number {
  return Number(Buffer.from(key.slice(uiBytes + 8), 'latin1').readBigUInt64BE());
}

/** The keys that a client's registered replies have. */
export function replyKeysOf(client: Key): { readonly from: Key; readonly to: Key } {
  return { from: client, to: `${client}\xff` };
}

export function parseClientKey(key: Key): { clientUi: Buffer; incarnation: number } {
  const bytes = Buffer.from(key, 'latin1');
  assert(bytes.length === uiBytes + 8);
  return {
    clientUi: bytes.subarray(0, uiBytes),
    incarnation: Number(bytes.readBigUInt64BE(uiBytes)),
  };
}

export const incarnationCounters: Table<IncarnationCounter> = {
  prefix: '\x01n',
  encode: ({ last }) => numberRecord(last),
  decode: (bytes) => ({ last: readNumberRecord(bytes) }),
};

export const clientRecords: Table<ClientRecord> = {
  prefix: '\x01c',
  encode: ({ lowestUnfinished }) => numberRecord(lowestUnfinished),
  decode: (bytes) => ({ lowestUnfinished: readNumberRecord(bytes) }),
};

/** version (1), status (1), digest (16), results. */
export const registeredReplies: Table<RegisteredReply> = {
  prefix: '\x01r',
  rangesOnly: true,
  encode({ digest, status, results }) {
    assert(digest.length === digestBytes);
    const bytes = Buffer.allocUnsafe(2 + digestBytes + results.length);
    bytes[0] = recordVersion;
    bytes[1] = status === 'success' ? 0 : 1;
    bytes.set(digest, 2);
    bytes.set(results, 2 + digestBytes);
    return bytes;
  },
  decode(bytes) {
    checkVersion(bytes);
    assert(bytes.length >= 2 + digestBytes, 'a registered reply is too short');
    const status = bytes[1];
    assert(status === 0 || status === 1, 'a registered reply has an unknown status');
    return {
      digest: bytes.subarray(2, 2 + digestBytes),
      status: status === 0 ? 'success' : 'system-error',
      results: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).subarray(2 + digestBytes),
    };
  },
};

function numberRecord(value: number): Uint8Array {
  assert(Number.isSafeInteger(value) && value > 0, `${value} is no incarnation or sequence number`);
  const bytes = Buffer.allocUnsafe(9);
  bytes[0] = recordVersion;
  bytes.writeBigUInt64BE(BigInt(value), 1);
  return bytes;
}

function readNumberRecord(bytes: Uint8Array): number {
  checkVersion(bytes);
  assert(bytes.length === 9, 'a number record has 9 bytes');
  const value = Number(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).readBigUInt64BE(1),
  );
  assert(Number.isSafeInteger(value) && value > 0);
  return value;
}

export function checkVersion(bytes: Uint8Array): void {
  const version = bytes[0] ?? 0;
  if (version < oldestVersion || version > recordVersion) {
    throw new StableAreaError(
      'STABLE_AREA_FORMAT',
      `a record of PA has format ${version}, this program reads ${oldestVersion} to ${recordVersion}: use the newer program`,
    );
  }
}
