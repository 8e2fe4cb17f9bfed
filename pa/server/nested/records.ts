import { strict as assert } from 'node:assert';
import { OpaqueAuthCodec } from '../../../protocol/generated/rpc.ts';
import type { RpcCall } from '../../../rpc/call-message.ts';
import type { Table } from '../../../stable-area/records/record-store.ts';
import type { Key } from '../../../stable-area/stable-area.ts';
import type { XdrCodec } from '../../../xdr/codec.ts';
import { decodeAll, encodeToBuffers } from '../../../xdr/decode.ts';
import type { XdrReader } from '../../../xdr/reader.ts';
import type { XdrWriter } from '../../../xdr/writer.ts';
import type { KnownLife, LifeName } from '../../client/lasting.ts';
import { digestBytes } from '../../digest.ts';
import { uiBytes } from '../../header.ts';
import type { CallIds } from '../call-ids.ts';
import { checkVersion, recordVersion } from '../records.ts';
import type { Caller } from '../service.ts';

/**
 * What a volume keeps of its calls to other aliases:
 *
 *     \x01 d  alias                                         this alias as a client of that one: its life, its numbers
 *     \x01 o  length of alias (1)  alias  sequence (8)      an unfinished call: the outer one, and the inner one
 *
 * In key order an alias's calls ascend.
 */

/** A call as both records and dispatch want it. */
export type Message = Pick<
  RpcCall,
  'program' | 'version' | 'procedure' | 'credential' | 'argumentBytes'
>;

export interface DestinationRecord {
  /** The number that the next call to this alias gets; ascends over all lives. */
  readonly next: number;
  readonly life: KnownLife | undefined;
}

/** The call that waits: everything that is needed to end it without its caller. */
export interface OuterCall {
  /** Under which its copies are recognised. */
  readonly ids: CallIds;
  readonly digest: Uint8Array;
  readonly message: Message;
  readonly caller: Omit<Caller, 'credential'>;
}

export interface NestedCallRecord {
  readonly outer: OuterCall;
  /** The call to the other alias, byte by byte. */
  readonly inner: Message;
  /** The life in which it is sent; undefined: it never was. */
  readonly life: LifeName | undefined;
  /** Name of the continuation. */
  readonly then: string;
  /** Counts the inner calls of one outer call, from 1. */
  readonly step: number;
}

const nameBytesMax = 255;
const idBytes = 8;
const transports = ['tcp', 'udp'] as const;

export function destinationKey(alias: string): Key {
  return alias;
}

export function nestedCallKey(alias: string, sequence: number): Key {
  const bytes = Buffer.allocUnsafe(idBytes);
  bytes.writeBigUInt64BE(BigInt(sequence));
  return String.fromCharCode(alias.length) + alias + bytes.toString('latin1');
}

export function parseNestedCallKey(key: Key): { alias: string; sequence: number } {
  const aliasBytes = key.charCodeAt(0);
  assert(key.length === 1 + aliasBytes + idBytes, 'the key of a nested call has a wrong length');
  const sequence = Buffer.from(key.slice(1 + aliasBytes), 'latin1').readBigUInt64BE();
  return { alias: key.slice(1, 1 + aliasBytes), sequence: Number(sequence) };
}

/** Above every nested call's key: no alias has so long a name. */
export const nestedCallKeysEnd: Key = '\xff';

const lifeNameCodec: XdrCodec<LifeName> = {
  encode(writer, { areaUi, incarnation }) {
    writer.opaqueFixed(Buffer.from(areaUi, 'hex'), uiBytes);
    putNumber(writer, incarnation);
  },
  decode: (reader) => ({
    areaUi: reader.opaqueFixed(uiBytes).toString('hex'),
    incarnation: takeNumber(reader),
  }),
};

const knownLifeCodec: XdrCodec<KnownLife> = {
  encode(writer, life) {
    lifeNameCodec.encode(writer, life);
    writer.unsignedInt(life.leaseMs);
  },
  decode: (reader) => ({ ...lifeNameCodec.decode(reader), leaseMs: reader.unsignedInt() }),
};

const destinationCodec: XdrCodec<DestinationRecord> = {
  encode(writer, { next, life }) {
    putNumber(writer, next);
    putOptional(writer, knownLifeCodec, life);
  },
  decode: (reader) => ({
    next: takeNumber(reader),
    life: takeOptional(reader, knownLifeCodec),
  }),
};

const messageCodec: XdrCodec<Message> = {
  encode(writer, { program, version, procedure, credential, argumentBytes }) {
    for (const number of [program, version, procedure]) writer.unsignedInt(number);
    OpaqueAuthCodec.encode(writer, credential);
    writer.opaqueVariable(argumentBytes);
  },
  decode: (reader) => ({
    program: reader.unsignedInt(),
    version: reader.unsignedInt(),
    procedure: reader.unsignedInt(),
    credential: OpaqueAuthCodec.decode(reader),
    argumentBytes: reader.opaqueVariable(),
  }),
};

const sessionIdCodec: XdrCodec<NonNullable<CallIds['session']>> = {
  encode(writer, { client, sequence }) {
    writer.stringBytes(client, nameBytesMax);
    putNumber(writer, sequence);
  },
  decode: (reader) => ({
    client: reader.stringBytes(nameBytesMax),
    sequence: takeNumber(reader),
  }),
};

const stockIdCodec: XdrCodec<NonNullable<CallIds['stock']>> = {
  encode(writer, { peer, xid }) {
    writer.stringBytes(peer);
    writer.unsignedInt(xid);
  },
  decode: (reader) => ({ peer: reader.stringBytes(), xid: reader.unsignedInt() }),
};

const gatewayCodec: XdrCodec<NonNullable<Caller['relayedBy']>> = {
  encode(writer, { address, port, knowsSecret }) {
    writer.stringUtf8(address, nameBytesMax);
    writer.unsignedInt(port);
    writer.bool(knowsSecret);
  },
  decode: (reader) => ({
    address: reader.stringUtf8(nameBytesMax),
    port: reader.unsignedInt(),
    knowsSecret: reader.bool(),
  }),
};

const callerCodec: XdrCodec<OuterCall['caller']> = {
  encode(writer, { address, port, transport, relayedBy }) {
    writer.stringUtf8(address, nameBytesMax);
    writer.unsignedInt(port);
    writer.unsignedInt(transports.indexOf(transport));
    putOptional(writer, gatewayCodec, relayedBy);
  },
  decode(reader) {
    const address = reader.stringUtf8(nameBytesMax);
    const port = reader.unsignedInt();
    const transport = transports[reader.unsignedInt()] ?? 'tcp';
    const relayedBy = takeOptional(reader, gatewayCodec);
    return { address, port, transport, ...(relayedBy && { relayedBy }) };
  },
};

const nestedCallCodec: XdrCodec<NestedCallRecord> = {
  encode(writer, { outer, inner, life, then, step }) {
    putOptional(writer, sessionIdCodec, outer.ids.session);
    putOptional(writer, stockIdCodec, outer.ids.stock);
    writer.opaqueFixed(Buffer.from(outer.digest), digestBytes);
    messageCodec.encode(writer, outer.message);
    callerCodec.encode(writer, outer.caller);
    messageCodec.encode(writer, inner);
    putOptional(writer, lifeNameCodec, life);
    writer.stringUtf8(then, nameBytesMax);
    writer.unsignedInt(step);
  },
  decode(reader) {
    const session = takeOptional(reader, sessionIdCodec);
    const stock = takeOptional(reader, stockIdCodec);
    return {
      outer: {
        ids: { ...(session && { session }), ...(stock && { stock }) },
        digest: reader.opaqueFixed(digestBytes),
        message: messageCodec.decode(reader),
        caller: callerCodec.decode(reader),
      },
      inner: messageCodec.decode(reader),
      life: takeOptional(reader, lifeNameCodec),
      then: reader.stringUtf8(nameBytesMax),
      step: reader.unsignedInt(),
    };
  },
};

export const destinations: Table<DestinationRecord> = table('\x01d', destinationCodec);
export const nestedCalls: Table<NestedCallRecord> = table('\x01o', nestedCallCodec);

/** version (1), then XDR. */
function table<V>(prefix: Key, codec: XdrCodec<V>): Table<V> {
  return {
    prefix,
    encode: (value) => Buffer.concat([Buffer.of(recordVersion), ...encodeToBuffers(codec, value)]),
    decode(bytes) {
      checkVersion(bytes);
      const stored = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      const decoded = decodeAll(codec, stored.subarray(1));
      assert(decoded.ok, 'a record of a nested call does not decode');
      return decoded.value;
    },
  };
}

function putNumber(writer: XdrWriter, value: number): void {
  assert(Number.isSafeInteger(value) && value > 0, `${value} is no incarnation or sequence number`);
  writer.unsignedHyper(BigInt(value));
}

function takeNumber(reader: XdrReader): number {
  const value = Number(reader.unsignedHyper());
  if (!Number.isSafeInteger(value) || value === 0) reader.fail('out-of-range', `number ${value}`);
  return value;
}

function putOptional<V>(writer: XdrWriter, codec: XdrCodec<V>, value: V | undefined): void {
  writer.bool(value !== undefined);
  if (value !== undefined) codec.encode(writer, value);
}

function takeOptional<V>(reader: XdrReader, codec: XdrCodec<V>): V | undefined {
  return reader.bool() ? codec.decode(reader) : undefined;
}
