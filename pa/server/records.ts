import { strict as assert } from 'node:assert';
import { type Key, StableAreaError } from '../../stable-area/stable-area.ts';
import type { Table } from '../../stable-area/records/record-store.ts';
import { writeUnsigned64 } from '../../xdr/unsigned-64.ts';
import { digestBytes } from '../digest.ts';
import { uiBytes } from '../header.ts';
import { slotBytes } from './slot-keys.ts';

/**
 * PA's records in the stable area, below the prefix that `stable-area/keys` gives to it:
 *
 *     \x01 n                                          the incarnation given last
 *     \x01 c  client UI (16)  incarnation (8)         a client that said hello
 *     \x01 r  client UI (16)  incarnation (8)  slot (2)   a registered reply
 *
 * Before version 3 a reply had its sequence number (8) instead of a slot. Numbers are big-endian.
 */

/** Since 2 the digest of a small call is MurmurHash3. A program that does not know that would take a duplicate for a new call. */
export const recordVersion = 2;
/** Its digests are compared with `earlierDigest`; nothing else differs. */
const oldestVersion = 1;
/** Of registered replies alone: those before are found under their sequence numbers, and are deleted when they are completed. */
const slotVersion = 3;

export interface IncarnationCounter {
  /** The highest incarnation that this alias ever gave. */
  readonly last: number;
}

const clientKeyBytes = uiBytes + 8;

/** One life of one client. */
export interface ClientRecord {
  /** A call below this one is never executed. The registered replies may say a larger one. */
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

/** As it is stored. */
export interface StoredReply extends RegisteredReply {
  readonly sequence: number;
  /**
   * The client's when the call was executed. So the reply that takes a slot over says that the one before was completed: that
   * call is never executed again.
   */
  readonly lowestUnfinished: number;
}

export const counterKey: Key = '';

export function clientKey(clientUi: Uint8Array, incarnation: number): Key {
  assert(clientUi.length === uiBytes);
  const bytes = Buffer.allocUnsafe(clientKeyBytes);
  bytes.set(clientUi, 0);
  bytes.writeBigUInt64BE(BigInt(incarnation), uiBytes);
  return bytes.toString('latin1');
}

/** Undefined: a reply from before there were slots. */
export function slotOfReplyKey(key: Key): number | undefined {
  if (key.length !== clientKeyBytes + slotBytes) return undefined;
  return key.charCodeAt(clientKeyBytes) * 256 + key.charCodeAt(clientKeyBytes + 1);
}

/** The keys that a client's registered replies have. */
export function replyKeysOf(client: Key): { readonly from: Key; readonly to: Key } {
  return { from: client, to: `${client}\xff` };
}

export function parseClientKey(key: Key): { clientUi: Buffer; incarnation: number } {
  const bytes = Buffer.from(key, 'latin1');
  assert(bytes.length === clientKeyBytes);
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

const headBytes = 2 + digestBytes;
const numberBytes = 8;

/** version (1), status (1), digest (16), since version 3 sequence (8) and lowest unfinished (8), results. */
export const registeredReplies: Table<StoredReply> = {
  prefix: '\x01r',
  rangesOnly: true,
  encode({ digest, status, results, sequence, lowestUnfinished }) {
    assert(digest.length === digestBytes);
    const bytes = Buffer.allocUnsafe(headBytes + 2 * numberBytes + results.length);
    bytes[0] = slotVersion;
    bytes[1] = status === 'success' ? 0 : 1;
    bytes.set(digest, 2);
    writeNumber(bytes, sequence, headBytes);
    writeNumber(bytes, lowestUnfinished, headBytes + numberBytes);
    bytes.set(results, headBytes + 2 * numberBytes);
    return bytes;
  },
  decode(stored, key) {
    const hasSlot = stored[0] === slotVersion;
    if (!hasSlot) checkVersion(stored);
    const resultsAt = headBytes + (hasSlot ? 2 * numberBytes : 0);
    assert(stored.length >= resultsAt, 'a registered reply is too short');
    const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.length);
    const status = bytes[1];
    assert(status === 0 || status === 1, 'a registered reply has an unknown status');
    return {
      digest: bytes.subarray(2, headBytes),
      status: status === 0 ? 'success' : 'system-error',
      results: bytes.subarray(resultsAt),
      sequence: hasSlot
        ? readNumber(bytes, headBytes)
        : readNumber(Buffer.from(key, 'latin1'), clientKeyBytes),
      lowestUnfinished: hasSlot ? readNumber(bytes, headBytes + numberBytes) : 1,
    };
  },
};

function writeNumber(bytes: Buffer, value: number, at: number): void {
  assert(Number.isSafeInteger(value) && value > 0, `${value} is no sequence number`);
  writeUnsigned64(bytes, value, at);
}

function readNumber(bytes: Buffer, at: number): number {
  const value = Number(bytes.readBigUInt64BE(at));
  assert(Number.isSafeInteger(value) && value > 0);
  return value;
}

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
